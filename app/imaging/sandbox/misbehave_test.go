package sandbox

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"imglink/app/imaging"
)

// misbehave is a worker that does what a worker must not.
func misbehave(how string) {
	in := bufio.NewReader(os.Stdin)
	var req request
	if err := readFrame(in, &req, maxRequest); err != nil {
		os.Exit(1)
	}
	switch how {
	case "tight": // a worker with less memory than the pool believes
		tight(in, req)
	case "sleep":
		time.Sleep(time.Hour)
	case "spin":
		for range req.Size {
			_, _ = in.ReadByte()
		}
		spin()
	case "huge":
		_, _ = os.Stdout.Write(binary.BigEndian.AppendUint32(nil, 1<<31))
	case "nonsense":
		_, _ = os.Stdout.Write(append(binary.BigEndian.AppendUint32(nil, 5), "{{{{{"...))
	case "silent":
		os.Exit(3)
	case "rights":
		reportRights()
	case "liar":
		_ = writeFrame(os.Stdout, answer{Code: "no_such_code", Cause: "secret"}, maxAnswer)
	}
	os.Exit(0)
}

// tight is the worker's own loop under 160 MiB.
func tight(in *bufio.Reader, req request) {
	if err := confine(160 << 20); err != nil {
		os.Exit(1)
	}
	for {
		_ = writeFrame(os.Stdout, derive(in, req), maxAnswer)
		if err := readFrame(in, &req, maxRequest); err != nil {
			os.Exit(0)
		}
	}
}

// spin is the worker's real overtime path around a decoder that never returns.
func spin() {
	r, w, _ := os.Pipe()
	_ = writeFrame(w, request{Size: 1 << 40, CPU: 0, Limits: imaging.DefaultLimits()}, maxRequest)
	os.Stdin = r
	go func() {
		for { //nolint:revive,staticcheck // the point is to burn processor time
		}
	}()
	if err := work([]string{"268435456"}); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// reportRights tries what a worker must not be able to do.
func reportRights() {
	var did []string
	if err := confine(256 << 20); err != nil {
		did = append(did, err.Error())
	}
	if f, err := os.Open("/etc/passwd"); err == nil {
		did = append(did, "opened "+f.Name())
	}
	if fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0); err == nil {
		did = append(did, fmt.Sprint("made socket ", fd))
	}
	if os.Getenv("SANDBOX_SECRET") != "" {
		did = append(did, "read the environment")
	}
	_ = writeFrame(os.Stdout, answer{Code: "rights", Cause: "did: " + strings.Join(did, ", ")}, maxAnswer)
	time.Sleep(50 * time.Millisecond)
}
