// SPDX-License-Identifier: Apache-2.0
#include "password.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "log.h"
#include "ocel/credentials.h"

enum { OTHERS = S_IRWXG | S_IRWXO };

static bool read_line(FILE *file, oceld_options *o, oceld_failure *why) {
  char line[OCEL_CREDENTIAL_MAX + 3] = "";  // CR, LF, NUL
  const bool any = fgets(line, sizeof line, file) != NULL;
  const size_t n = strcspn(line, "\r\n");
  if (!any || n == 0) return oceld_fail(why, "has no password in its first line; write one there");
  if (n > OCEL_CREDENTIAL_MAX) {
    return oceld_fail(why, "has more than %u bytes in its first line; take a shorter password",
                      OCEL_CREDENTIAL_MAX);
  }
  line[n] = '\0';
  memset(o->password, 0, sizeof o->password);
  memcpy(o->password, line, n);
  return true;
}

static void warn_of_others(FILE *file, const char *path) {
  struct stat s;
  if (fstat(fileno(file), &s) != 0 || !S_ISREG(s.st_mode) || (s.st_mode & OTHERS) == 0) return;
  oceld_log(OCELD_LOG_WARNING, "others may read %s; take that away: chmod 600 %s", path, path);
}

bool oceld_password_read(oceld_options *o, oceld_failure *why) {
  const char *path = o->password_file;
  oceld_failure inner;
  if (path[0] == '\0') return true;
  if (o->password[0] != '\0') {
    return oceld_fail(why, "password and password_file are both given; give one of them");
  }
  FILE *file = fopen(path, "re");
  if (file == NULL) {
    return oceld_fail(why,
                      "password_file: cannot read \"%.200s\": %s; give the name of a file "
                      "with the password in its first line",
                      path, strerror(errno));
  }
  warn_of_others(file, path);
  const bool ok = read_line(file, o, &inner);
  (void)fclose(file);
  return ok || oceld_fail(why, "password_file: \"%.200s\" %.200s", path, inner.text);
}

bool oceld_password_apply(const oceld_options *o, ocel_server *server, oceld_failure *why) {
  const ocel_credentials cred = {o->username, o->password, o->allow_basic != 0};
  if (o->username[0] == '\0') {
    oceld_log(OCELD_LOG_WARNING,
              "no password: whoever reaches the port sees the picture; give "
              "--username and --password-file, or keep it inside your network");
    return true;
  }
  const ocel_err rc = ocel_server_set_credentials(server, &cred);
  if (rc == OCEL_OK) return true;
  return oceld_fail(why, "no password can be asked for: %s", ocel_err_name(rc));
}
