# edged: `make run` shows it at work, `make test` runs every test. Both install what is missing.
SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BIN     := build/bin
DEMO    := build/demo
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
SUDO    := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

NFPM          := github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.48.0
GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

# Debian packages that the tests need beside what capture/opencv/build installs.
TEST_PACKAGES := gcc libc6-dev binutils-aarch64-linux-gnu rsync systemd

# Debian packages that the emulated board needs beside what boardtest/image/build installs.
BOARD_PACKAGES := qemu-system-arm qemu-utils e2fsprogs

OPENCV  := capture/opencv/build

# The emulators that .ci/qemu unpacks come before the machine's.
export PATH := $(CURDIR)/build/sysroot/qemu/usr/bin:$(PATH)

# Emulated CPUs: all tests run on the first, those of the engine on the others too.
CPU         := cortex-a72
ENGINE_CPUS := cortex-a53 cortex-a57 cortex-a76 max

.PHONY: help go qemu build camera camera-arm64 deb deb-tested run test test-loop test-here test-elsewhere test-deb test-go test-opencv test-arm64 test-keras test-board fuzz bench-peers bench-training lint clean

help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

go:
	@command -v go >/dev/null || { echo "edged needs Go 1.21 or later: install golang-go from Debian 13, or the archive from go.dev." >&2; exit 1; }

qemu:
	@.ci/qemu

# packages-X installs what $(X) lists, if any of it is missing.
packages-%:
	@.ci/packages $($*)

build: go ## Build edged, one static file, into build/bin
	CGO_ENABLED=0 go build -trimpath -ldflags "-X main.version=$(VERSION)" -o $(BIN)/edged ./cmd/edged

camera: go ## Build edged-camera, the program that links OpenCV
	$(OPENCV)/native go build -trimpath -ldflags "-X main.version=$(VERSION)" -o $(BIN)/edged-camera ./cmd/edged-camera

camera-arm64: go ## Build edged-camera for arm64 against Debian's OpenCV
	$(OPENCV)/arm64 go build -trimpath -ldflags "-X main.version=$(VERSION)" -o $(BIN)/edged-camera-arm64 ./cmd/edged-camera

$(BIN)/nfpm: | go
	GOBIN=$(CURDIR)/$(BIN) go install $(NFPM)

deb: deb-tested ## Build the Debian packages into build/deb: amd64 and arm64, Debian 12 and 13
	systemd/packages/build edged-camera arm64 trixie

# All but one whose libraries take a minute to unpack.
deb-tested: $(BIN)/nfpm
	rm -rf build/deb
	systemd/packages/build edged amd64
	systemd/packages/build edged arm64
	systemd/packages/build edged-camera amd64 bookworm
	systemd/packages/build edged-camera amd64 trixie
	systemd/packages/build edged-camera arm64 bookworm

test-deb: deb-tested ## Install, upgrade, remove and purge the Debian packages on small Debians 12 and 13
	systemd/packages/chroot bookworm
	systemd/packages/chroot trixie
	$(SUDO) env "PATH=$$PATH" .ci/gotest deb -count 1 -tags packages ./systemd/packages

run: build camera ## Show edged at work on the bundled clip and model
	@mkdir -p $(DEMO)/models
	@[ -e $(DEMO)/models/digits ] || cp -r testdata/digits/model $(DEMO)/models/digits
	@echo
	@echo "edged watches testdata/demo/digits.mp4 through OpenCV and prints a line each time it sees another digit."
	@echo "  Copy a model in while it runs:  cp -r testdata/digits/model $(DEMO)/models/second"
	@echo "  Ask what it is doing:           $(BIN)/edged status --state $(DEMO)"
	@echo "  Go back to the first model:     $(BIN)/edged models rollback --state $(DEMO)"
	@echo "  Stop it:                        Ctrl-C"
	@echo
	@exec $(BIN)/edged run --state $(DEMO) --source testdata/demo/digits.mp4 --loop --events changes --log warn

test: ## Run every test: Go, OpenCV, arm64 under qemu, real Keras, packages
	$(MAKE) --no-print-directory test-loop
	$(MAKE) --no-print-directory --jobs 2 --output-sync=line test-here test-elsewhere

# What make test runs side by side: each leaves one of two cores idle for long.
test-here:
	$(MAKE) test-go
	$(MAKE) fuzz
	$(MAKE) test-keras

test-elsewhere:
	$(MAKE) test-opencv
	$(MAKE) test-deb
	$(MAKE) test-arm64

test-go: go qemu packages-TEST_PACKAGES ## Run the tests that need Go only, also under the race detector
	go vet ./...
	GOARCH=arm64 go vet ./...
	.ci/gotest go ./...
	go run ./kernels/kerneltest/marks . $$(go env GOARCH) build/marks
	.ci/gotest marks -tags marks -overlay build/marks/overlay.json ./kernels
	GOARCH=amd64 CGO_ENABLED=0 .ci/gotest haswell -exec "qemu-x86_64 -cpu Haswell" ./kernels
	.ci/gotest swaps -run TestSwapsUnderLoad ./storage -swaps 200
	.ci/gotest purego -tags purego ./kernels/... ./nn/...
	CGO_ENABLED=1 .ci/gotest race -race ./capture ./publish ./storage ./systemd ./web ./cmd/edged/daemon

test-loop: go ## Run the loop through floods, noise and killed fits, alone: fits have the lowest priority
	.ci/gotest loop -run 'TestFlood|TestKilledFits|TestEndurance' ./cmd/edged -flood 1000 -noise 10000000 -kills 50 -endure 20s

test-opencv: go qemu packages-TEST_PACKAGES camera-arm64 ## Run the tests that need OpenCV: here, on Debian 13, for arm64 under qemu
	$(OPENCV)/native .ci/gotest opencv ./capture/... ./cmd/edged-camera
	$(OPENCV)/native .ci/gotest opencv-edged -run OpenCV ./cmd/edged
	$(OPENCV)/trixie .ci/gotest trixie ./capture/... ./cmd/edged-camera
	$(OPENCV)/native .ci/gotest opencv-arm64 ./cmd/edged-camera -program "$(CURDIR)/$(OPENCV)/arm64-run $(CURDIR)/$(BIN)/edged-camera-arm64"

test-arm64: go qemu packages-TEST_PACKAGES ## Run the tests for arm64 on emulated CPUs
	CPU="$(CPU)" ENGINE_CPUS="$(ENGINE_CPUS)" .ci/emulate

test-keras: build build/venv ## Prove with Keras 2 and 3 that edged reads and writes their models
	build/venv/bin/python testdata/keras/check.py $(BIN)/edged

test-board: build packages-BOARD_PACKAGES $(BIN)/nfpm ## Play the daemon's life on an emulated board, power cuts included
	boardtest/image/build
	rm -rf build/deb
	systemd/packages/build edged arm64
	systemd/packages/build edged-camera arm64 bookworm
	.ci/gotest board -tags board -timeout 20m -run TestStory ./boardtest $(if $(CUTS),-cuts $(CUTS))

build/venv: testdata/keras/requirements.txt
	@command -v python3 >/dev/null && python3 -c "import ensurepip" || .ci/packages python3-venv
	python3 -m venv build/venv
	build/venv/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

bench-peers: build build/bench/models ## Time edged beside LiteRT, ncnn, ONNX Runtime and OpenCV on this machine
	build/bench/venv/bin/python testdata/bench/peers.py $(BIN)/edged build/bench/models $(PEERS)

bench-training: build build/bench/venv ## Time training beside TensorFlow (DIR=class folders for own pictures)
	build/bench/venv/bin/python testdata/bench/training.py $(BIN)/edged $(if $(DIR),--pictures $(DIR)) $(TRAINING)

build/bench/models: testdata/bench/make_models.py build/bench/venv
	build/bench/venv/bin/python $< $@.new
	rm -rf $@
	mv $@.new $@

build/bench/venv: testdata/bench/requirements.txt
	@command -v python3 >/dev/null && python3 -c "import ensurepip" || .ci/packages python3-venv
	python3 -m venv $@
	$@/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

fuzz: go ## Fuzz every parser for five seconds (DURATION=1m for longer)
	.ci/fuzz $(or $(DURATION),5s)

lint: go ## Check style and the import rules of docs/ARCHITECTURE.md
	@[ -x $(BIN)/golangci-lint ] || GOBIN=$(CURDIR)/$(BIN) go install $(GOLANGCI_LINT)
	$(BIN)/golangci-lint run ./...

clean: ## Remove what was built
	rm -rf build
