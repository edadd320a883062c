# The front door. `make help` lists every target.
SHELL := /bin/bash
.DEFAULT_GOAL := help

VERSION  := $(shell cat VERSION)
BUILD    ?= build
PREFIX   ?= /usr
DESTDIR  ?=
CXX      ?= g++
export VERSION BUILD PREFIX DESTDIR CXX

# Every recipe that needs packages asks for them by group; the script is silent
# and quick when nothing is missing.
needs = packaging/needs $(1)

##@ See it
.PHONY: demo
demo: ## three VMs on one LAN: two web servers behind one address, one is killed
	@$(call needs,build lab demo)
	@tests/demo/demo

.PHONY: lab
lab: ## a VM with everything installed: KERNEL=6.12 [RUN=script], else a shell
	@$(call needs,build lab)
	@tests/lab/lab $(if $(RUN),run,shell) --kernel $(or $(KERNEL),6.12) $(RUN)

##@ Build
.PHONY: modules
modules: ## kernel modules: newest headers, or KVER=, KDIR=, KERNEL=5.10|6.1|6.12|sid
	@$(if $(KERNEL),$(call needs,build lab))
	@packaging/build-modules $(if $(KDIR),--kdir $(KDIR)) $(if $(KVER),--kver $(KVER)) $(if $(KERNEL),--kernel $(KERNEL))

.PHONY: xtables
xtables: ## the iptables extensions: build/xtables/*.so
	@$(call needs,build)
	@$(MAKE) --no-print-directory -C xtables OUT=$(abspath $(BUILD))/xtables

.PHONY: userspace
userspace: ## the command line and the daemon: build/userspace/nfcluster, .../nfclusterd
	@$(call needs,build)
	@$(MAKE) --no-print-directory -C userspace OUT=$(abspath $(BUILD))/userspace

##@ Test
.PHONY: test
test: ## every test on every kernel; a skip is a failure
	@$(call needs,build lab test demo deb)
	@tests/run

.PHONY: lint
lint: ## sparse, checkpatch, clang-format, shellcheck
	@$(call needs,build lab test)
	@tests/lint

.PHONY: fuzz
fuzz: SECONDS := 300
fuzz: ## attacks everything that reads what others have written: SECONDS=300 [SEED=1]
	@$(call needs,build test)
	@tests/fuzz/run --seconds $(SECONDS) --seed $(or $(SEED),1)

.PHONY: bench
bench: xtables userspace ## what packets and checks cost, side by side with the kernel's own module and other peers
	@$(call needs,build lab bench)
	@status=0; for part in bench marks scale checks planner failover; do tests/bench/$$part || status=1; echo; done; exit $$status

.PHONY: endure
endure: xtables userspace ## three machines, then five, under all that failover has to stand: STORIES= ROUNDS=
	@$(call needs,build lab)
	@packaging/build-modules --kernel 6.12
	@status=0; for nodes in 3 5; do \
	    tests/multivm/endure --nodes $$nodes $(if $(ROUNDS),--rounds $(ROUNDS)) $(STORIES) || status=1; done; \
	    tests/multivm/directors || status=1; exit $$status

##@ Install
.PHONY: install uninstall dkms deb
install: xtables userspace ## modules through DKMS, extensions, programs, man pages (DESTDIR, PREFIX)
	@packaging/install install

uninstall: ## take away what install brought
	@packaging/install uninstall

dkms: ## only the kernel modules, through DKMS
	@packaging/install dkms

deb: ## nfcluster-dkms and nfcluster packages: build/deb/*.deb
	@$(call needs,build deb)
	@packaging/make-deb

##@ Other
.PHONY: clean help
clean: ## remove build/
	rm -rf $(BUILD)

help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	    /^[a-z][a-z ]*:.*## / {split($$1, t, " "); printf "  make %-10s %s\n", t[1], $$2}' $(MAKEFILE_LIST)
