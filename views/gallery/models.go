// Package gallery holds the pages on which people look after their own pictures and albums, and the page of an album.
package gallery

import (
	"imglink/views/layout"
	"imglink/views/ui"
)

// Places are the parts of the gallery that its tabs lead to. Current is the Href of the one that is open.
type Places struct{ Pictures, Albums, Deleted, Claim, Current string }

// Storage is how much the account holds. Used and Quota are in the same unit; a Quota of 0 draws no bar.
type Storage struct {
	Text        string
	Used, Quota int
}

// Tile is a picture in a grid. Without a Thumb its Icon stands there.
type Tile struct {
	ID, Name, Href, Thumb, Icon, Facts string
	Badges                             []Badge
}

// Badge is a word about a picture.
type Badge struct {
	Tone       ui.Tone
	Icon, Text string
}

// Undo is what was deleted and can be brought back with one button.
type Undo struct{ Text, Action, Href string }

// Filter is the state of the filter bar.
type Filter struct {
	Action, Query, Clear      string
	Sorts, Visibility, Albums []ui.Option
	Expiring                  bool
}

// Bulk is what can be done with selected pictures. Back is this page's own address.
type Bulk struct {
	Action, Back     string
	Albums, Expiries []ui.Option
	InAlbum          string // id of the album that is filtered by, to take pictures out of it
}

// List is a page of one's own pictures.
type List struct {
	layout.Page
	Places    Places
	Storage   Storage
	Undo      *Undo
	Filter    Filter
	Bulk      Bulk
	Tiles     []Tile
	Pages     ui.Pages
	Searching bool // there may be more behind Pages.Next though the page is not full
	Empty     *ui.EmptyState
	None      bool // nothing was uploaded yet, so there is nothing to search
	Problems  []ui.Problem
}

// Image is the page on which the owner changes a picture.
type Image struct {
	layout.Page
	Places                           Places
	Tile                             Tile
	PageURL, ImageURL, Facts         string
	Action, LinkAction, DeleteAction string
	Version, Back                    string
	Name, Ext, Description           ui.Input
	Visibility, Expiries             []ui.Option
	Albums                           []Link
	NewLink                          string // a delete link just made, shown once
	Problems                         []ui.Problem
	Served                           bool
}

// Link is a place to go to.
type Link struct{ Href, Text string }

// Deleted is the page of what can be brought back.
type Deleted struct {
	layout.Page
	Places Places
	Action string
	Tiles  []Tile
}

// Claim is the page on which guest uploads become the account's. Browser is how many this browser uploaded, in words.
type Claim struct {
	layout.Page
	Places          Places
	Action, Browser string
	Links           ui.Input
	Problems        []ui.Problem
}

// AlbumCard is an album in a list.
type AlbumCard struct {
	Href, Edit, Title, Facts, Thumb string
	Badge                           Badge
}

// Albums is the list of one's own albums with the form for another.
type Albums struct {
	layout.Page
	Places   Places
	Action   string
	Cards    []AlbumCard
	Next     string
	Form     AlbumForm
	Problems []ui.Problem
}

// AlbumForm are the fields of an album.
type AlbumForm struct {
	Title, Description ui.Input
	Visibility         []ui.Option
	Version            string
}

// Slot is a picture in an album whose order is being changed.
type Slot struct {
	Tile
	Position      int
	Cover         bool
	PositionLabel string
	EarlierLabel  string
	LaterLabel    string
	CoverLabel    string
	RemoveLabel   string
	MoveLabel     string
}

// AlbumEdit is the page on which the owner changes an album.
type AlbumEdit struct {
	layout.Page
	Places                            Places
	Heading, Share, Open              string
	Action, OrderAction, DeleteAction string
	Form                              AlbumForm
	Slots                             []Slot
	Pages                             ui.Pages
	Problems                          []ui.Problem
}

// Frame is a picture in an album as visitors see it. A gated one has no Thumb; its page asks for the age.
type Frame struct {
	ID, Name, Href, Thumb, Full, Alt string
	Width, Height                    int
	ReportHref                       string
	Gated                            bool
	Why                              string // instead of the picture
	Description                      string
}

// Album is the page of an album.
type Album struct {
	layout.Page
	Title, Description, By, Facts string
	EditHref, ShareURL            string
	Frames                        []Frame
	Pages                         ui.Pages
	Empty                         *ui.EmptyState
}
