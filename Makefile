# The commands of ImgLink. `make run` and `make test` work on a fresh Debian machine, as root or not.
# Each target installs what it needs through .tools/need, or says what to install.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run
.DELETE_ON_ERROR:

# A Go unpacked where go.dev says is found even when PATH lost it (sudo).
export PATH := $(PATH):/usr/local/go/bin
# Version control stamping fails in a clone owned by somebody else; nothing reads the stamp.
GOBUILD := go build -trimpath -buildvcs=false
TOOL := go tool -modfile=.tools/go.mod
TESTENV := bin/testenv --
# Under the race detector: not the browser tests, and of the pixel arithmetic, which it slows down twentyfold, only what
# runs concurrently.
ARITHMETIC := ./app/imaging ./app/imaging/pdq ./app/imaging/pdqindex
RACE_PACKAGES = $$(go list ./... | grep -vE '/(app/browsertest|views/internal/sample|app/imaging|app/imaging/pdq|app/imaging/pdqindex)$$')
BENCH_PACKAGES = $$(grep -rl --include='*_test.go' '^func Benchmark' . | xargs -r -n1 dirname | sort -u)
# A target that needs neither embedded server does not build or install it.
EMBEDDED_PG := $(if $(DATABASE_URL),,postgres)
EMBEDDED_S3 := $(if $(S3_ENDPOINT),,bin/versitygw)

.PHONY: run build test compat check bench seed generate fmt lint clean bin/imglink bin/testenv need-go need-run need-test

## run: start ImgLink with the embedded defaults and print its address; DEMO=1 also fills it with the demo
run: need-run bin/imglink $(EMBEDDED_S3)
	exec bin/imglink serve $(if $(filter-out 0,$(DEMO)),--demo)

## build: bin/imglink and the embedded S3 server bin/versitygw
build: bin/imglink bin/versitygw

## test: the whole test suite against a throwaway PostgreSQL and S3 server
test: need-test bin/testenv bin/versitygw
	$(TESTENV) go test -timeout 18m ./...

## compat: the upload clients people use, from npm, against the running program; needs Node 20.19 or newer
compat: need-test bin/testenv bin/versitygw
	@.tools/need node
	cd .tools/compat && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	$(TESTENV) go test -tags compat -count=1 -v ./app/compatibility

## check: formatting, generated code, linters, vet, and the tests under the race detector
check: need-test bin/testenv bin/versitygw
	@unformatted=$$($(TOOL) gofumpt -l .); [ -z "$$unformatted" ] || { echo "not gofumpt-clean (make fmt):"; echo "$$unformatted"; exit 1; }
	@before=$$(mktemp); trap 'rm -f "$$before"' EXIT; .tools/tree >"$$before"; $(MAKE) --no-print-directory generate; \
	.tools/tree | diff "$$before" - || { echo "generated files were out of date: commit the changes above"; exit 1; }
	go vet ./...
	$(TOOL) golangci-lint run ./...
	$(TESTENV) go test -race -timeout 18m $(RACE_PACKAGES)
	go test -race -timeout 10m -run Concurrent $(ARITHMETIC)

## lint: the linters alone
lint: need-go
	$(TOOL) golangci-lint run ./...

## bench: every benchmark, against the throwaway servers; BENCH selects by pattern
bench: need-test bin/testenv bin/versitygw
	$(TESTENV) go test -run '^$$' -bench '$(or $(BENCH),.)' -benchmem -timeout 60m $(BENCH_PACKAGES)

## seed: fill an empty instance with the demo
seed: need-run bin/imglink $(EMBEDDED_S3)
	bin/imglink seed

## generate: pages (templ) and assets; the results are committed
generate: need-go
	go tool templ generate -log-level error
	go generate ./...

## fmt: format Go and templ files
fmt: need-go
	$(TOOL) gofumpt -w .
	go tool templ fmt -log-level error views

clean:
	rm -rf bin

bin/imglink: need-go
	CGO_ENABLED=0 $(GOBUILD) -o $@ ./app/cmd/imglink

bin/testenv: need-go
	CGO_ENABLED=0 $(GOBUILD) -o $@ ./app/cmd/testenv

# Its own module: its dependencies are not ours.
bin/versitygw: .tools/versitygw/go.mod .tools/versitygw/go.sum | need-go
	cd .tools/versitygw && CGO_ENABLED=0 $(GOBUILD) -ldflags='-s -w' -o ../../$@ github.com/versity/versitygw/cmd/versitygw

need-go:
	@.tools/need go

need-run: need-go
	@.tools/need $(EMBEDDED_PG)

need-test: need-go
	@.tools/need postgres chromium exiftool fonts
