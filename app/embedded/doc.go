// Package embedded runs the two servers a laptop or a small installation lacks: a private PostgreSQL cluster and an
// S3-compatible store (versitygw). Both are children of this process, reachable only from this machine, and die with it.
// The rest of the program sees a connection string and an endpoint, exactly as in production.
//
// A data directory belongs to one process at a time (flock). After kill -9 of anything, the next start recovers: orphans
// are stopped first, stale pid files are understood, PostgreSQL replays its log.
//
// # Tests
//
// Tests need throwaway servers, shared by all packages of one `go test` run. The command app/cmd/testenv starts one of
// each in memory and hands them over in two variables, which Shared reads:
//
//	IMGLINK_TEST_PG   connection string of a superuser, e.g. postgres://imglink:…@/postgres?host=/dev/shm/…&sslmode=disable
//	IMGLINK_TEST_S3   endpoint with credentials, e.g. http://KEY:SECRET@127.0.0.1:41234/?region=auto&bucket=imglink
//
// Without them the first Shared call of a test process starts its own pair; StopShared ends it. Two more variables choose
// programs: PGBIN is the directory that holds postgres and initdb, VERSITYGW the path of the versitygw binary.
package embedded
