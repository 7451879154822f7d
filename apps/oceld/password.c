// SPDX-License-Identifier: Apache-2.0
#include "password.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "log.h"
#include "ocel/credentials.h"

enum { OTHERS = S_IRWXG | S_IRWXO };

// One of the two users, as the options have him.
typedef struct {
  const char *name;  // of the option with the password
  const char *file;
  char *password;
  size_t room;
} user;

static bool read_line(FILE *file, const user *u, oceld_failure *why) {
  char line[OCEL_CREDENTIAL_MAX + 3] = "";  // CR, LF, NUL
  const bool any = fgets(line, sizeof line, file) != NULL;
  const size_t n = strcspn(line, "\r\n");
  if (!any || n == 0) return oceld_fail(why, "has no password in its first line; write one there");
  if (n > OCEL_CREDENTIAL_MAX) {
    return oceld_fail(why, "has more than %u bytes in its first line; take a shorter password",
                      OCEL_CREDENTIAL_MAX);
  }
  line[n] = '\0';
  memset(u->password, 0, u->room);
  memcpy(u->password, line, n);
  return true;
}

static void warn_of_others(FILE *file, const char *path) {
  struct stat s;
  if (fstat(fileno(file), &s) != 0 || !S_ISREG(s.st_mode) || (s.st_mode & OTHERS) == 0) return;
  oceld_log(OCELD_LOG_WARNING, "others may read %s; take that away: chmod 600 %s", path, path);
}

static bool read_user(const user *u, oceld_failure *why) {
  oceld_failure inner;
  if (u->file[0] == '\0') return true;
  if (u->password[0] != '\0') {
    return oceld_fail(why, "%s and %s_file are both given; give one of them", u->name, u->name);
  }
  FILE *file = fopen(u->file, "re");
  if (file == NULL) {
    return oceld_fail(why,
                      "%s_file: cannot read \"%.200s\": %s; give the name of a file "
                      "with the password in its first line",
                      u->name, u->file, strerror(errno));
  }
  warn_of_others(file, u->file);
  const bool ok = read_line(file, u, &inner);
  (void)fclose(file);
  return ok || oceld_fail(why, "%s_file: \"%.200s\" %.200s", u->name, u->file, inner.text);
}

bool oceld_password_read(oceld_options *o, oceld_failure *why) {
  const user viewer = {"password", o->password_file, o->password, sizeof o->password};
  const user admin = {"admin_password", o->admin_password_file, o->admin_password,
                      sizeof o->admin_password};
  return read_user(&viewer, why) && read_user(&admin, why);
}

bool oceld_password_apply(const oceld_options *o, ocel_server *server, oceld_failure *why) {
  const ocel_credentials viewer = {o->username, o->password, o->allow_basic != 0};
  const ocel_credentials admin = {o->admin_username, o->admin_password, o->allow_basic != 0};
  ocel_err rc = OCEL_OK;
  if (o->username[0] == '\0' && o->admin_username[0] == '\0') {
    oceld_log(OCELD_LOG_WARNING,
              "no password: whoever reaches the port sees the picture; give "
              "--username and --password-file, or keep it inside your network");
  }
  if (o->username[0] != '\0') rc = ocel_server_set_credentials(server, &viewer);
  if (rc == OCEL_OK && o->admin_username[0] != '\0') rc = ocel_server_set_admin(server, &admin);
  return rc == OCEL_OK || oceld_fail(why, "no password can be asked for: %s", ocel_err_name(rc));
}
