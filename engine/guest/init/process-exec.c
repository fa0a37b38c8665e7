#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init.h"

static char **strings_of(const struct json *list) {
  char **strings = calloc((list ? list->length : 0) + 1, sizeof *strings);
  size_t n = 0;
  json_each(item, list) strings[n++] = (char *)(item->kind == JSON_STRING ? item->text : "");
  return strings;
}

static const char *path_of(char **env) {
  for (; *env; env++)
    if (!strncmp(*env, "PATH=", 5)) return *env + 5;
  return "";
}

// As Go's exec.LookPath: the first executable regular file in PATH; errno EACCES if there were only others.
static bool look_up(const char *name, const char *path, char *found, size_t room) {
  int error = ENOENT;
  while (true) {
    size_t n = strcspn(path, ":");
    int written = n ? snprintf(found, room, "%.*s/%s", (int)n, path, name) : snprintf(found, room, "./%s", name);
    struct stat s;
    if (written > 0 && (size_t)written < room && !stat(found, &s)) {
      if (S_ISREG(s.st_mode) && !faccessat(AT_FDCWD, found, X_OK, AT_EACCESS)) return true;
      if (S_ISREG(s.st_mode)) error = EACCES;
    }
    if (!path[n]) break;
    path += n + 1;
  }
  errno = error;
  return false;
}

void process_exec(const struct json *process) {
  char **args = strings_of(json_get(process, "args")), **env = strings_of(json_get(process, "env"));
  if (!args[0]) child_fail("exec", EINVAL, "", "args must not be empty");
  char found[PATH_MAX];
  const char *program = args[0];
  if (!strchr(program, '/')) {
    if (!look_up(program, path_of(env), found, sizeof found)) {
      int error = errno;
      if (error == ENOENT) child_fail("exec", error, args[0], "exec: \"%s\": executable file not found in $PATH", args[0]);
      child_fail("exec", error, args[0], "exec: \"%s\"", args[0]);
    }
    program = found;
  }
  struct stat s;
  // execve gives EACCES for a directory, as runc reports it.
  if (stat(program, &s)) child_fail("exec", errno, args[0], "exec: \"%s\": stat %s", args[0], program);
  execve(program, args, env);
  child_fail("exec", errno, args[0], "exec %s", program);
}
