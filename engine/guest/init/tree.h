// Walking directories in a fixed order: parents before children, names by byte.
#pragma once
#include <stdbool.h>
#include <sys/stat.h>

struct tree_entry {
  const char *path;  // below the walk's start, without a leading slash
  const char *base;
  int directory;   // that holds it
  const char *at;  // a path of this process that leads to it
  struct stat stat;
  bool whiteout, opaque;  // as overlayfs marks them in an upper directory
};

typedef void tree_visit(const struct tree_entry *entry, void *context);
// Everything below a directory. Takes the descriptor.
void tree_walk(int directory, const char *path, tree_visit *visit, void *context);
// One name in a directory and everything below it, called `path`.
void tree_entry(int directory, const char *base, const char *path, tree_visit *visit, void *context);
// Opens the directory that holds a path's last part, and gives that part. What lies in a container's merged directory is
// looked up as the container would: its symbolic links do not lead out. -1 with errno.
int open_parent(const char *path, char base[256]);
int open_scoped(const char *path, bool directory);
