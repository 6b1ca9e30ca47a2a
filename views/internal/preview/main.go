// Command preview serves every page of the views with sample data, to look at them without the program behind:
// go run ./views/internal/preview, then http://127.0.0.1:8099/. Themes: /view/light/NAME, /view/dark/NAME.
package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"log"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"imglink/static"
	"imglink/views/internal/sample"
)

// policy is the content security policy of production pages.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /static/", asset)
	mux.HandleFunc("GET /sample.jpg", picture)
	mux.HandleFunc("GET /{$}", index)
	mux.HandleFunc("GET /view/{theme}/{name}", show)
	srv := &http.Server{Addr: "127.0.0.1:8099", Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	log.Printf("http://%s/", srv.Addr)
	log.Fatal(srv.ListenAndServe())
}

func asset(w http.ResponseWriter, r *http.Request) {
	f, ok := static.Lookup(strings.TrimPrefix(r.URL.Path, static.Prefix))
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", f.ContentType)
	if f.Brotli != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "br") {
		w.Header().Set("Content-Encoding", "br")
		_, _ = w.Write(f.Brotli)
		return
	}
	_, _ = w.Write(f.Data)
}

func pages(theme string) map[string]templ.Component {
	all := sample.Public(theme)
	for name, c := range sample.Staff(theme) {
		all[name] = c
	}
	return all
}

func index(w http.ResponseWriter, _ *http.Request) {
	var names []string
	for name := range pages("") {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, n := range names {
		fmt.Fprintf(w, "<p><a href=/view/light/%[1]s>%[1]s</a> <a href=/view/dark/%[1]s>dark</a>\n", n)
	}
}

func show(w http.ResponseWriter, r *http.Request) {
	c, ok := pages(r.PathValue("theme"))[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	var b bytes.Buffer
	if err := c.Render(r.Context(), &b); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policy)
	_, _ = w.Write(b.Bytes())
}

// picture draws a dusk over water.
func picture(w http.ResponseWriter, _ *http.Request) {
	const width, height = 1600, 1067
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			t := float64(y) / height
			c := color.RGBA{uint8(250 - 150*t), uint8(150 - 70*t), uint8(110 + 70*t), 255}
			dx, dy := x-1150, y-420
			if dx*dx+dy*dy < 110*110 {
				c = color.RGBA{255, 231, 190, 255}
			}
			if hill := 640 + (x/3)%260 - (x*x/5200)%190; y > hill && y < 760 {
				c = color.RGBA{52, 38, 84, 255}
			}
			if y >= 760 {
				c = color.RGBA{uint8(70 + 40*((y/9+x/40)%2)), 60, 110, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	w.Header().Set("Content-Type", "image/jpeg")
	_ = jpeg.Encode(w, img, &jpeg.Options{Quality: 85})
}
