# Purser. `make help` lists what can be made; V=1 shows the commands.

VARIANT  ?= release
Q        := $(if $(V),,@)
OUT      := out/$(VARIANT)
GEN      := out/gen
CC       ?= gcc
PKGS     := libuv hiredis libpq libcurl jansson libjwt libcrypto libsodium libical libxml-2.0 libzstd zlib libutf8proc libarchive

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wundef -Wconversion \
            -Wno-sign-conversion -Werror
OPT_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong
# Under instrumentation gcc no longer sees the ranges that its truncation warnings rest on.
OPT_asan    := -Wno-format-truncation -Wno-maybe-uninitialized -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT_tsan    := -Wno-format-truncation -Wno-maybe-uninitialized -O1 -g -fsanitize=thread
OPT_fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -DFUZZING
PKG_CFLAGS  = $(shell pkg-config --cflags $(PKGS))
PKG_LIBS    = $(shell pkg-config --libs $(PKGS))

# Debian ships llhttp as a node module: the grammar's C files and its header.
LLHTTP_DIR := /usr/share/llhttp
LLHTTP_INC := $(firstword $(dir $(wildcard /usr/share/include/llhttp/llhttp.h /usr/include/llhttp.h)))

CFLAGS  = -std=gnu11 $(WARNINGS) $(OPT_$(VARIANT)) -ffp-contract=off -I. -I$(GEN) $(PKG_CFLAGS)
LDFLAGS = $(OPT_$(VARIANT)) -Wl,-z,relro,-z,now -Wl,--as-needed
LDLIBS  = $(PKG_LIBS) -lm

# A room's files become part of the library; a program is the library and its own folder.
ROOMS    := base finance statement queue db mail ledger tasks
DIR_purser-api       := api api/handlers
DIR_purser-worker    := worker
DIR_purser-scheduler := scheduler
DIR_purser           := cli
PROGRAMS := $(foreach p,purser-api purser-worker purser-scheduler purser,$(if $(wildcard $(firstword $(DIR_$(p)))/main.c),$(p)))

objects   = $(patsubst %.c,$(OUT)/obj/%.o,$(foreach d,$(1),$(wildcard $(d)/*.c)))
LIB_OBJS := $(call objects,$(ROOMS)) $(OUT)/obj/gen/sql.o $(OUT)/obj/gen/functions.o

.PHONY: all help bootstrap run demo test unit asan fuzz fuzz-targets chaos tidy docs format clean
all: $(addprefix $(OUT)/,$(PROGRAMS)) ## build the four programs into out/release/

help: ## this list
	@awk -F':.*## ' '/^[a-z%-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

bootstrap: ## install whatever Debian package is missing
	@tools/bootstrap.sh

# Each of these does all of its own set-up from a fresh clone.
DIR  := var
PORT := 8080
JOBS := -j$(shell nproc) --no-print-directory
run: ## a whole instance: make run [DIR=path] [PORT=n], until Ctrl-C
	@tools/bootstrap.sh build server
	@$(MAKE) $(JOBS) all
	@exec env BIN=$(OUT) tools/up.sh $(DIR) $(PORT)
demo: ## the same, and shows the main job with real output
	@tools/bootstrap.sh build server
	@$(MAKE) $(JOBS) all
	@exec env BIN=$(OUT) tools/up.sh --demo $(DIR) $(PORT)
test: ## unit, integration and browser tests on private servers; SLOW=1 adds the long ones
	@tools/bootstrap.sh build server test browser
	@$(MAKE) $(JOBS) all $(OUT)/unit $(OUT)/test-worker
	@VARIANT=$(VARIANT) tools/test.sh
asan: ## the same under AddressSanitizer and UBSan
	@$(MAKE) --no-print-directory VARIANT=asan test
fuzz: ## each of tests/fuzz for T seconds: make fuzz T=60
	@tools/bootstrap.sh
	@$(MAKE) $(JOBS) CC=clang VARIANT=fuzz fuzz-targets
	@tools/fuzz.sh $(or $(T),60)
chaos: ## kills what can be killed, 20 times each, and counts what was accepted
	@tools/bootstrap.sh build server test
	@$(MAKE) $(JOBS) all $(OUT)/test-worker
	@PURSER_VARIANT=$(VARIANT) ROUNDS=$(or $(ROUNDS),20) /usr/bin/python3 -m pytest -c tests/pytest.ini tests/chaos
tidy: ## format, static analysis, include directions, settings and sizes
	@tools/bootstrap.sh
	@$(MAKE) $(JOBS) all
	@tools/tidy.sh
docs: all ## write docs/settings.md from the table of settings
	@tools/settings.sh > docs/settings.md
format: ## clang-format everything
	clang-format -i $(shell git ls-files '*.c' '*.h' 'web/*.js')

# Statements, migrations and the Lua library become C, so that a binary is all that has to be copied.
SQL_FILES := $(wildcard sql/queries/*.sql sql/migrations/*.sql)
SQL_PARTS := $(wildcard sql/parts/*.sql)
LUA_FILES := $(sort $(wildcard queue/functions/*.lua))
$(GEN)/sql.c: tools/sql2c.awk $(SQL_FILES) $(SQL_PARTS) sql/queries sql/migrations
	@mkdir -p $(GEN)
	@awk -v header=$(GEN)/sql.h.new -f tools/sql2c.awk $(sort $(SQL_FILES)) > $@.new
	@cmp -s $(GEN)/sql.h.new $(GEN)/sql.h && rm $(GEN)/sql.h.new || mv $(GEN)/sql.h.new $(GEN)/sql.h
	@mv $@.new $@
$(GEN)/sql.h: $(GEN)/sql.c ;
$(GEN)/functions.c: tools/lua2c.awk $(LUA_FILES)
	@mkdir -p $(GEN)
	@awk -f tools/lua2c.awk $(LUA_FILES) /dev/null > $@

ASSETS := api/openapi.yaml api/docs.html api/docs.js $(sort $(wildcard $(foreach s,html css js svg,web/*.$(s) web/pages/*.$(s))))
$(GEN)/assets.c: tools/assets2c.py $(ASSETS) web web/pages
	@mkdir -p $(GEN)
	@/usr/bin/python3 tools/assets2c.py $(ASSETS) > $@.new && mv $@.new $@

$(OUT)/obj/gen/%.o: $(GEN)/%.c
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c $< -o $@
$(OUT)/obj/%.o: %.c | $(GEN)/sql.h
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

# llhttp's generated code does not keep our warnings.
$(OUT)/obj/llhttp/%.o: $(LLHTTP_DIR)/%.c
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(Q)$(CC) $(filter-out $(WARNINGS),$(CFLAGS)) -w -I$(LLHTTP_INC) -c $< -o $@
LLHTTP_OBJS := $(patsubst $(LLHTTP_DIR)/%.c,$(OUT)/obj/llhttp/%.o,$(wildcard $(LLHTTP_DIR)/*.c))
$(OUT)/obj/api/%.o: CFLAGS += -I$(LLHTTP_INC)

$(OUT)/libpurser.a: $(LIB_OBJS)
	@rm -f $@
	@echo "  AR $@"
	$(Q)ar rcs $@ $^
$(OUT)/purser-api: $(LLHTTP_OBJS) $(OUT)/obj/gen/assets.o
.SECONDEXPANSION:
$(addprefix $(OUT)/,$(PROGRAMS)): $(OUT)/%: $$(call objects,$$(DIR_$$*)) $(OUT)/libpurser.a
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(OUT)/libpurser.a $(LDLIBS) -o $@

# Benches: every bench/NAME.c but these is a program of its own, out/VARIANT/bench/NAME.
BENCH_SHARED := bench/labelled.c bench/prequential.c
BENCH_SHARED_OBJS := $(patsubst %.c,$(OUT)/obj/%.o,$(BENCH_SHARED))
BENCHES := $(patsubst %.c,$(OUT)/%,$(filter-out $(BENCH_SHARED),$(wildcard bench/*.c)))
$(BENCHES): $(OUT)/%: $(OUT)/obj/%.o $(BENCH_SHARED_OBJS) $(OUT)/libpurser.a
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(OUT)/libpurser.a $(LDLIBS) -o $@

# Workers and tests for tasks of one's own (docs/tasks.md): TASKS are their files, TO is where the program goes.
.PHONY: own-worker own-test
own-worker: $(call objects,worker) $(OUT)/libpurser.a ## TASKS="a.c registry.c" [TO=path]: a worker with these tasks
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(TASKS) $(filter %.o,$^) $(OUT)/libpurser.a $(LDLIBS) -o $(or $(TO),$(OUT)/own-worker)
own-test: $(OUT)/libpurser.a ## TASKS="a.c registry.c a_test.c" [TO=path]: a program that tries them out
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(TASKS) $(OUT)/libpurser.a $(LDLIBS) -o $(or $(TO),$(OUT)/own-test)

# make bench-NAME builds and runs bench/NAME.c, bench/NAME/*.c or bench/NAME.py, from a fresh clone too. JSON=1 prints one
# JSON object of named figures and nothing else on stdout; what the Python ones take goes in ARGS="…".
BENCH_SHARED_PY := $(addprefix bench/,figures.py own_servers.py processes.py uploads.py)
BENCHES_PY := $(patsubst bench/%.py,bench-%,$(filter-out $(BENCH_SHARED_PY),$(wildcard bench/*.py)))
bench_setup = @{ tools/bootstrap.sh && $(MAKE) $(JOBS) all $(OUT)/test-worker $(1); } >&2

bench-classify: ## FILE=path.csv [BATCH=1|30] [PRIOR=other.csv] [JSON=1]: how good the classifier is on it
	$(call bench_setup,$(OUT)/bench/classifier)
	$(Q)$(OUT)/bench/classifier $(if $(FILE),"$(FILE)") $(if $(BATCH),"batch=$(BATCH)") $(if $(PRIOR),"prior=$(PRIOR)") $(if $(MIN),min=$(MIN)) \
	  $(if $(DEFAULTS),defaults=$(DEFAULTS)) $(if $(JSON),json=1)
$(BENCHES_PY): bench-%:
	$(call bench_setup)
	@PYTHONPATH=tests PURSER_VARIANT=$(VARIANT) /usr/bin/python3 -B bench/$*.py $(ARGS)

# Unit tests: one Check program of all tests/unit/*_test.c; each file defines `Suite *NAME_suite(void)`.
UNIT_SRCS := $(wildcard tests/unit/*_test.c)
UNIT_OBJS := $(patsubst %.c,$(OUT)/obj/%.o,$(UNIT_SRCS)) $(OUT)/obj/tests/unit/main.o $(BENCH_SHARED_OBJS)
$(GEN)/unit_suites.h: $(UNIT_SRCS) tests/unit
	@mkdir -p $(GEN)
	@printf 'SUITE(%s)\n' $(patsubst tests/unit/%_test.c,%,$(UNIT_SRCS)) > $@
$(OUT)/obj/tests/unit/main.o: $(GEN)/unit_suites.h
# The API's own rooms, tested by the unit and fuzz programs too.
API_OBJS := $(filter-out %/main.o,$(call objects,$(DIR_purser-api))) $(LLHTTP_OBJS) $(OUT)/obj/gen/assets.o
$(OUT)/unit: $(UNIT_OBJS) $(API_OBJS) $(OUT)/libpurser.a
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) $(UNIT_OBJS) $(API_OBJS) $(OUT)/libpurser.a $(shell pkg-config --libs check) $(LDLIBS) -o $@
unit: $(OUT)/unit ## unit tests only
	$(OUT)/unit

# tests/fuzz/fuzz_NAME.c defines LLVMFuzzerTestOneInput; tests/fuzz/NAME/ holds its seeds where it has any.
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,$(OUT)/%,$(wildcard tests/fuzz/fuzz_*.c))
fuzz-targets: $(FUZZ_TARGETS)
$(FUZZ_TARGETS): $(OUT)/%: $(OUT)/obj/tests/fuzz/%.o $(API_OBJS) $(OUT)/libpurser.a
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) -fsanitize=fuzzer $< $(API_OBJS) $(OUT)/libpurser.a $(LDLIBS) -o $@

# A worker with tasks made for tests and benches: the registry of tests/support takes the place of tasks/registry.c.
$(OUT)/test-worker: $(call objects,worker) $(OUT)/obj/tests/support/test_tasks.o $(OUT)/libpurser.a
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(OUT)/libpurser.a $(LDLIBS) -o $@

$(OUT)/bench/%: $$(addprefix $(OUT)/obj/,$$(addsuffix .o,$$(basename $$(wildcard bench/$$*.c bench/$$*/*.c)))) $(OUT)/libpurser.a
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(OUT)/libpurser.a $(LDLIBS) -o $@
bench-%: ## NAME for %, as in bench/: measures what a page claims; [JSON=1] [ARGS="…"]
	$(call bench_setup,$(OUT)/bench/$*)
	@BIN=$(OUT) $(OUT)/bench/$*

clean: ## remove out/
	rm -rf out

-include $(shell find $(OUT)/obj -name '*.d' 2>/dev/null)
