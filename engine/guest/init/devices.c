// The default devices and links that config-linux.md asks for in /dev, and the spec's own.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "init.h"

static void make(const char *path, mode_t mode, int major, int minor, uid_t uid, gid_t gid) {
  if (mknod(path, mode, makedev(major, minor))) {
    if (errno == EEXIST) return;
    child_fail("setup", errno, path, "creating device node \"/%s\"", path);
  }
  if ((uid || gid) && chown(path, uid, gid)) child_fail("setup", errno, path, "chown of \"/%s\"", path);
}

// With the new root as the working directory, and no umask.
void devices_make(const struct json *spec) {
  mkdir("dev", 0755);
  static const struct {
    const char *path;
    int minor;
  } memory[] = {{"dev/null", 3}, {"dev/zero", 5}, {"dev/full", 7}, {"dev/random", 8}, {"dev/urandom", 9}};
  for (size_t i = 0; i < sizeof memory / sizeof *memory; i++) make(memory[i].path, S_IFCHR | 0666, 1, memory[i].minor, 0, 0);
  make("dev/tty", S_IFCHR | 0666, 5, 0, 0, 0);
  json_each(d, json_get(json_get(spec, "linux"), "devices")) {
    const char *path = json_string(d, "path", "");
    while (*path == '/') path++;
    const char *type = json_string(d, "type", "c");
    mode_t kind = *type == 'b' ? S_IFBLK : *type == 'p' ? S_IFIFO : S_IFCHR;
    char parent[256];
    snprintf(parent, sizeof parent, "%s", path);
    char *slash = strrchr(parent, '/');
    if (slash) {
      *slash = 0;
      make_directories(parent, 0755);
    }
    make(path, kind | (mode_t)json_number(d, "fileMode", 0666), json_number(d, "major", 0), json_number(d, "minor", 0),
         json_number(d, "uid", 0), json_number(d, "gid", 0));
  }
  static const char *const links[][2] = {{"/proc/self/fd", "dev/fd"}, {"/proc/self/fd/0", "dev/stdin"}, {"/proc/self/fd/1", "dev/stdout"},
                                         {"/proc/self/fd/2", "dev/stderr"}, {"pts/ptmx", "dev/ptmx"}};
  for (size_t i = 0; i < sizeof links / sizeof *links; i++) symlink(links[i][0], links[i][1]);
  if (!access("/proc/kcore", F_OK)) symlink("/proc/kcore", "dev/core");
}
