// SPDX-License-Identifier: Apache-2.0
// A stand-in for cmocka where there is no operating system: the part of cmocka's interface that
// the unit tests use, in one header, so that the same test files run bare-metal on RISC-V.
// No mocks and no allocation checks; a failed assertion leaves its test by longjmp, as in cmocka.
// Include it in one file per program.
#ifndef OCEL_RV32_CMOCKA_H
#define OCEL_RV32_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef int (*CMFixtureFunction)(void **state);

struct CMUnitTest {
  const char *name;
  void (*test_func)(void **state);
  CMFixtureFunction setup_func, teardown_func;
  void *initial_state;
};

#define cmocka_unit_test(f) \
  { #f, f, NULL, NULL, NULL }
#define cmocka_unit_test_setup(f, up) \
  { #f, f, up, NULL, NULL }
#define cmocka_unit_test_teardown(f, down) \
  { #f, f, NULL, down, NULL }
#define cmocka_unit_test_setup_teardown(f, up, down) \
  { #f, f, up, down, NULL }
#define cmocka_unit_test_prestate(f, s) \
  { #f, f, NULL, NULL, s }

enum { CMOCKA_FAILED = 1, CMOCKA_SKIPPED = 2 };

static jmp_buf cmocka_leave;

#define print_message (void)printf
#define print_error (void)printf

static inline void cmocka_fail_at(const char *file, int line) {
  (void)printf("%s:%d: error: failure\n", file, line);
  longjmp(cmocka_leave, CMOCKA_FAILED);
}

#define fail() cmocka_fail_at(__FILE__, __LINE__)
#define skip() longjmp(cmocka_leave, CMOCKA_SKIPPED)
#define fail_msg(...)          \
  do {                         \
    (void)printf(__VA_ARGS__); \
    (void)printf("\n");        \
    fail();                    \
  } while (0)

static inline void cmocka_check(int ok, const char *text, const char *file, int line) {
  if (ok) return;
  (void)printf("%s\n", text);
  cmocka_fail_at(file, line);
}

// A value on its way into a message; the largest kind of unsigned integer, as in cmocka.
#define cast_to_largest_integral_type(v) ((uintmax_t)(v))

static inline void cmocka_compare(uintmax_t a, uintmax_t b, int want_equal, const char *file,
                                  int line) {
  if ((a == b) == want_equal) return;
  (void)printf("0x%llx %s 0x%llx\n", (unsigned long long)a,
               want_equal ? "!=" : "==", (unsigned long long)b);
  cmocka_fail_at(file, line);
}

static inline void cmocka_compare_memory(const void *a, const void *b, size_t n, int want_equal,
                                         const char *file, int line) {
  if ((n == 0 || memcmp(a, b, n) == 0) == want_equal) return;
  const unsigned char *p = a, *q = b;
  for (size_t i = 0; i < n; i++) {
    if (p[i] == q[i]) continue;
    (void)printf("offset %lu: 0x%02x != 0x%02x\n", (unsigned long)i, p[i], q[i]);
  }
  cmocka_fail_at(file, line);
}

static inline void cmocka_compare_string(const char *a, const char *b, int want_equal,
                                         const char *file, int line) {
  if ((strcmp(a, b) == 0) == want_equal) return;
  (void)printf("\"%s\" %s \"%s\"\n", a, want_equal ? "!=" : "==", b);
  cmocka_fail_at(file, line);
}

static inline void cmocka_check_range(uintmax_t v, uintmax_t min, uintmax_t max, int want_in,
                                      const char *file, int line) {
  if ((v >= min && v <= max) == want_in) return;
  (void)printf("%llu is %s %llu..%llu\n", (unsigned long long)v, want_in ? "outside" : "within",
               (unsigned long long)min, (unsigned long long)max);
  cmocka_fail_at(file, line);
}

#define CMOCKA_AT __FILE__, __LINE__

#define assert_true(c) cmocka_check((c) ? 1 : 0, #c, CMOCKA_AT)
#define assert_false(c) cmocka_check((c) ? 0 : 1, "not: " #c, CMOCKA_AT)
#define assert_null(p) cmocka_check((p) == NULL, #p " is not NULL", CMOCKA_AT)
#define assert_non_null(p) cmocka_check((p) != NULL, #p " is NULL", CMOCKA_AT)
#define assert_int_equal(a, b) \
  cmocka_compare(cast_to_largest_integral_type(a), cast_to_largest_integral_type(b), 1, CMOCKA_AT)
#define assert_int_not_equal(a, b) \
  cmocka_compare(cast_to_largest_integral_type(a), cast_to_largest_integral_type(b), 0, CMOCKA_AT)
#define assert_ptr_equal(a, b) \
  cmocka_check((const void *)(a) == (const void *)(b), #a " is not " #b, CMOCKA_AT)
#define assert_ptr_not_equal(a, b) \
  cmocka_check((const void *)(a) != (const void *)(b), #a " is " #b, CMOCKA_AT)
#define assert_string_equal(a, b) cmocka_compare_string((a), (b), 1, CMOCKA_AT)
#define assert_string_not_equal(a, b) cmocka_compare_string((a), (b), 0, CMOCKA_AT)
#define assert_memory_equal(a, b, n) cmocka_compare_memory((a), (b), (n), 1, CMOCKA_AT)
#define assert_memory_not_equal(a, b, n) cmocka_compare_memory((a), (b), (n), 0, CMOCKA_AT)
#define assert_in_range(v, min, max)                                                       \
  cmocka_check_range(cast_to_largest_integral_type(v), cast_to_largest_integral_type(min), \
                     cast_to_largest_integral_type(max), 1, CMOCKA_AT)
#define assert_not_in_range(v, min, max)                                                   \
  cmocka_check_range(cast_to_largest_integral_type(v), cast_to_largest_integral_type(min), \
                     cast_to_largest_integral_type(max), 0, CMOCKA_AT)
#define assert_return_code(rc, error) cmocka_check((rc) >= 0, #rc " < 0", CMOCKA_AT)

// The outcome of one test: 0, CMOCKA_FAILED or CMOCKA_SKIPPED.
static inline int cmocka_run_one(const struct CMUnitTest *t) {
  void *state = t->initial_state;
  const int left = setjmp(cmocka_leave);
  if (left != 0) return left;
  if (t->setup_func != NULL && t->setup_func(&state) != 0) return CMOCKA_FAILED;
  t->test_func(&state);
  if (t->teardown_func != NULL && t->teardown_func(&state) != 0) return CMOCKA_FAILED;
  return 0;
}

// @return How many tests failed, which is what main returns.
static inline int cmocka_run_group(const char *group, const struct CMUnitTest *tests, size_t n,
                                   CMFixtureFunction up, CMFixtureFunction down) {
  static const char *const LINE[] = {"[       OK ]", "[  FAILED  ]", "[  SKIPPED ]"};
  void *state = NULL;
  int failed = 0;
  if (up != NULL && up(&state) != 0) return (int)n;
  (void)printf("[==========] %s: Running %lu test(s).\n", group, (unsigned long)n);
  for (size_t i = 0; i < n; i++) {
    (void)printf("[ RUN      ] %s\n", tests[i].name);
    const int outcome = cmocka_run_one(&tests[i]);
    (void)printf("%s %s\n", LINE[outcome], tests[i].name);
    failed += outcome == CMOCKA_FAILED;
  }
  if (down != NULL && down(&state) != 0) failed++;
  (void)printf("[==========] %lu test(s) run.\n", (unsigned long)n);
  return failed;
}

#define cmocka_run_group_tests_name(name, tests, up, down) \
  cmocka_run_group((name), (tests), sizeof(tests) / sizeof((tests)[0]), (up), (down))
#define cmocka_run_group_tests(tests, up, down) cmocka_run_group_tests_name(#tests, tests, up, down)

#endif
