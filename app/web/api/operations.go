package api

import "imglink/app/actor"

// operation is one thing that programs can ask for. The OpenAPI document and the page for developers are made of these;
// a test compares them with the route table and every kind of answer with what is really sent.
type operation struct {
	id, method, path string // path as OpenAPI writes it
	summary, about   string
	scope            actor.Permission // of a token; empty where none is needed
	guests           bool             // also without a token
	params           []param
	body             string // the schema of the JSON body
	upload           bool   // multipart, form or JSON: the body of uploads
	status           int
	answer           string // the schema of the answer; empty where there is no content
	also             map[int]string
	errors           []int
}

type param struct {
	name, in, about string
	schema          object
}

type object = map[string]any

var (
	idPath    = param{"id", "path", "The id.", object{"type": "string", "pattern": "^[0-9A-Za-z]{12}$"}}
	imagePath = param{"image", "path", "The id of a picture in the album.", object{"type": "string", "pattern": "^[0-9A-Za-z]{12}$"}}
	cursorArg = param{"cursor", "query", `Where the page begins: "next" of the page before.`, object{"type": "string"}}
	limitArg  = param{"limit", "query", "How many at once.", object{"type": "integer", "minimum": 1, "maximum": 100, "default": 48}}
)

// common are the errors that every operation with a token may answer.
func common(more ...int) []int { return append([]int{401, 403, 429, 500, 503}, more...) }

var operations = []operation{
	{
		id: "uploadImages", method: "POST", path: "/api/v1/images", summary: "Upload images", scope: actor.ImagesWrite, guests: true,
		about: `Send files in the field "file", repeated, or an address in "url". All are stored, or the answer is an error and none is. ` +
			"Fields about them come before the first file. Without a token the upload is a guest's: keep its delete_url. " +
			"An Idempotency-Key makes repeats safe for a day: the same key with the same files gives the same answer.",
		params: []param{{"Idempotency-Key", "header", "A value of your own, new for each upload.", object{"type": "string", "maxLength": 255}}},
		upload: true, status: 201, answer: "Uploaded", errors: common(400, 408, 409, 413, 415, 422, 451),
	},
	{
		id: "listImages", method: "GET", path: "/api/v1/images", summary: "List images", scope: actor.ImagesRead,
		params: []param{
			cursorArg, limitArg,
			{"sort", "query", "The order.", object{"type": "string", "enum": []string{"newest", "oldest", "name", "size"}, "default": "newest"}},
			{"q", "query", "Words of the name or the description; each finds words that begin with it.", object{"type": "string", "maxLength": 200}},
			{"visibility", "query", "Only these.", object{"type": "string", "enum": []string{"unlisted", "private"}}},
			{"album", "query", "Only those in this album of yours.", object{"type": "string"}},
		},
		status: 200, answer: "ImagePage", errors: common(404, 422),
	},
	{
		id: "getImage", method: "GET", path: "/api/v1/images/{id}", summary: "Get an image", scope: actor.ImagesRead,
		params: []param{idPath}, status: 200, answer: "ImageInAlbums", errors: common(404),
	},
	{
		id: "editImage", method: "PATCH", path: "/api/v1/images/{id}", summary: "Rename, describe, hide or let expire", scope: actor.ImagesWrite,
		about: "What is left out stays as it is.", params: []param{idPath}, body: "ImageEdit", status: 200, answer: "Image", errors: common(400, 404, 413, 415, 422),
	},
	{
		id: "deleteImage", method: "DELETE", path: "/api/v1/images/{id}", summary: "Delete an image", scope: actor.ImagesDelete, guests: true,
		about: "With a token, one of your images; it can be restored for ten minutes. With a delete token, which ends delete_url, any image: at once and for good.",
		params: []param{
			idPath, {"token", "query", "A delete token.", object{"type": "string"}}, {"X-Delete-Token", "header", "The same, out of sight of logs.", object{"type": "string"}},
		},
		status: 200, answer: "Deleted", also: map[int]string{204: "Deleted by its delete token."}, errors: common(404, 409),
	},
	{
		id: "restoreImage", method: "POST", path: "/api/v1/images/{id}/restore", summary: "Restore a deleted image", scope: actor.ImagesDelete,
		params: []param{idPath}, status: 200, answer: "Image", errors: common(409, 413, 415),
	},
	{
		id: "listAlbums", method: "GET", path: "/api/v1/albums", summary: "List albums", scope: actor.AlbumsRead,
		params: []param{cursorArg, limitArg}, status: 200, answer: "AlbumPage", errors: common(404, 422),
	},
	{
		id: "createAlbum", method: "POST", path: "/api/v1/albums", summary: "Create an album", scope: actor.AlbumsWrite,
		body: "NewAlbum", status: 201, answer: "Album", errors: common(400, 409, 413, 415, 422),
	},
	{
		id: "getAlbum", method: "GET", path: "/api/v1/albums/{id}", summary: "Get an album", scope: actor.AlbumsRead,
		params: []param{idPath}, status: 200, answer: "Album", errors: common(404),
	},
	{
		id: "editAlbum", method: "PATCH", path: "/api/v1/albums/{id}", summary: "Change an album", scope: actor.AlbumsWrite,
		params: []param{idPath}, body: "AlbumEdit", status: 200, answer: "Album", errors: common(400, 404, 413, 415, 422),
	},
	{
		id: "deleteAlbum", method: "DELETE", path: "/api/v1/albums/{id}", summary: "Delete an album", scope: actor.AlbumsWrite,
		about: "Its images stay.", params: []param{idPath}, status: 204, errors: common(404),
	},
	{
		id: "listAlbumImages", method: "GET", path: "/api/v1/albums/{id}/images", summary: "List the images of an album", scope: actor.AlbumsRead,
		about: "In the album's order.", params: []param{idPath, cursorArg, limitArg}, status: 200, answer: "ImagePage", errors: common(404, 422),
	},
	{
		id: "addAlbumImages", method: "POST", path: "/api/v1/albums/{id}/images", summary: "Put images into an album", scope: actor.AlbumsWrite,
		about: "At its end, in the order given. Those in it already stay where they are.", params: []param{idPath}, body: "AlbumAdd", status: 200, answer: "Added",
		errors: common(400, 404, 413, 415, 422),
	},
	{
		id: "moveAlbumImage", method: "PATCH", path: "/api/v1/albums/{id}/images/{image}", summary: "Move an image within an album", scope: actor.AlbumsWrite,
		params: []param{idPath, imagePath}, body: "Move", status: 204, errors: common(400, 404, 413, 415, 422),
	},
	{
		id: "removeAlbumImage", method: "DELETE", path: "/api/v1/albums/{id}/images/{image}", summary: "Take an image out of an album", scope: actor.AlbumsWrite,
		about: "The image stays.", params: []param{idPath, imagePath}, status: 204, errors: common(404),
	},
	{
		id: "getAccount", method: "GET", path: "/api/v1/account", summary: "Get the account", scope: actor.AccountRead,
		about: "Whose token it is, what it may do, and how much is stored.", status: 200, answer: "Account", errors: common(),
	},
	{
		id: "getDescription", method: "GET", path: "/api/v1/openapi.json", summary: "Get this description", guests: true,
		status: 200, answer: "Description", errors: []int{500, 503},
	},
}
