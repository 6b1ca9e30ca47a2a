package main

import (
	"os"

	"imglink/app/imaging/sandbox"
)

// sandboxed turns this process into a decoding worker when it was started as one.
func sandboxed() bool {
	if len(os.Args) < 2 || os.Args[1] != sandbox.Argument {
		return false
	}
	sandbox.Main(os.Args[2:])
	return true
}
