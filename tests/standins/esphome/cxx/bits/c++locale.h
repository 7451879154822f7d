// SPDX-License-Identifier: Apache-2.0
/* stand-in for libstdc++'s "generic" locale model */
#ifndef _GLIBCXX_CXX_LOCALE_H
#define _GLIBCXX_CXX_LOCALE_H 1
#pragma GCC system_header
#include <clocale>
#include <cstdarg>
#include <cstdio>
#define _GLIBCXX_NUM_CATEGORIES 0
namespace std {
typedef int *__c_locale;
inline int __convert_from_v(const __c_locale &, char *out, const int size, const char *fmt, ...) {
  va_list a;
  va_start(a, fmt);
  const int n = vsnprintf(out, size, fmt, a);
  va_end(a);
  return n;
}
}  // namespace std
#endif
