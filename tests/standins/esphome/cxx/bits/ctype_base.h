// SPDX-License-Identifier: Apache-2.0
/* stand-in for libstdc++'s config/os/newlib/ctype_base.h */
namespace std {
struct ctype_base {
  typedef const int *__to_type;
  typedef char mask;
  static const mask upper = 01, lower = 02, alpha = 03, digit = 04, xdigit = 0104, space = 010,
                    print = 0127 - 040;
  static const mask graph = 027, cntrl = 040, punct = 020, alnum = 07;
#if __cplusplus >= 201103L
  static const mask blank = 010;
#endif
};
}  // namespace std
