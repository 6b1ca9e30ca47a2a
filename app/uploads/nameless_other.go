//go:build !linux

package uploads

import "os"

// nameless removes the name of a new file at once.
func nameless(dir string) (*os.File, error) { return unlinked(dir) }
