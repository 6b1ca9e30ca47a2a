// Command cmd writes static/dist; `go generate ./static` runs it in the static directory.
package main

import (
	"log"
	"os"
	"path/filepath"

	"imglink/static/internal/build"
)

func main() {
	if err := run("."); err != nil {
		log.Fatal(err)
	}
}

func run(root string) error {
	out, err := build.Run(root)
	if err != nil {
		return err
	}
	dist := filepath.Join(root, "dist")
	if err := os.RemoveAll(dist); err != nil {
		return err
	}
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return err
	}
	for name, data := range out {
		if err := os.WriteFile(filepath.Join(dist, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
