// Tar archives as OCI layers use them: ustar heads (POSIX 1003.1-1988) with pax records (1003.1-2001) where those are too small.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct tar_out {
  int fd;
  const char *path;  // for messages
  char *buffer;
  size_t filled;
};
void tar_open(struct tar_out *tar, const char *path);
// A head, with pax records if it needs them. `size` counts for regular files only. `xattrs` holds finished pax records.
struct tar_entry {
  const char *name;
  const char *target;  // of links
  char type;           // '0' file, '1' hard link, '2' symlink, '3' and '4' devices, '5' directory, '6' fifo
  mode_t mode;
  uid_t uid;
  gid_t gid;
  uint64_t size;
  int64_t mtime;
  unsigned major, minor;
  const char *records;
  size_t records_length;
};
// Adds a pax record.
struct text;
void tar_record(struct text *records, const char *key, const void *value, size_t length);
void tar_head(struct tar_out *tar, const struct tar_entry *entry);
void tar_bytes(struct tar_out *tar, const void *bytes, size_t length);
void tar_pad(struct tar_out *tar, uint64_t size);
// Room for bytes to be read into, of at least 4096 bytes, and how many were.
char *tar_room(struct tar_out *tar, size_t *room);
void tar_filled(struct tar_out *tar, size_t length);
// Ends the archive and sees to it that the host has all of it.
void tar_close(struct tar_out *tar);
