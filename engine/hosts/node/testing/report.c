// Tells what a process sees of its container, in words that are the same wherever the same image runs.
// report tree: every file but what runtimes put there; report [ARGUMENT...]: who it is and how it was started.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

extern char **environ;

// Mounts and mount points, and the directories that get some.
static const char *const runtimes[] = {"/dev", "/proc", "/sys", "/.dockerenv", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/mtab", 0};
static const char *const touched[] = {"/", "/etc", 0};

static int among(const char *const *list, const char *path) {
  for (; *list; list++)
    if (!strcmp(*list, path)) return 1;
  return 0;
}

static unsigned long long content(const char *path) {
  unsigned long long hash = 14695981039346656037ull;
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  for (int byte; (byte = getc(file)) != EOF;) hash = (hash ^ byte) * 1099511628211ull;
  fclose(file);
  return hash;
}

static void tree(const char *path) {
  struct stat s;
  if (among(runtimes, path) || lstat(path, &s)) return;
  printf("%s %o %u:%u", path, (unsigned)s.st_mode, (unsigned)s.st_uid, (unsigned)s.st_gid);
  if (!among(touched, path)) printf(" at %lld", (long long)s.st_mtime);
  if (S_ISREG(s.st_mode)) printf(" %lld bytes %016llx, %u names", (long long)s.st_size, content(path), (unsigned)s.st_nlink);
  if (S_ISCHR(s.st_mode) || S_ISBLK(s.st_mode)) printf(" device %u:%u", major(s.st_rdev), minor(s.st_rdev));
  if (S_ISLNK(s.st_mode)) {
    char target[4096] = {0};
    if (readlink(path, target, sizeof target - 1) >= 0) printf(" -> %s", target);
  }
  putchar('\n');
  if (!S_ISDIR(s.st_mode)) return;
  struct dirent **names;
  int count = scandir(path, &names, NULL, alphasort);
  for (int i = 0; i < count; i++) {
    char inner[4096];
    if (!strcmp(names[i]->d_name, ".") || !strcmp(names[i]->d_name, "..")) continue;
    snprintf(inner, sizeof inner, "%s/%s", strcmp(path, "/") ? path : "", names[i]->d_name);
    tree(inner);
  }
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

int main(int argc, char **argv) {
  if (argc == 2 && !strcmp(argv[1], "tree")) return tree("/"), 0;
  char cwd[4096];
  gid_t groups[32];
  size_t variables = 0;
  printf("user %u effective %u group %u effective %u in %s\n", getuid(), geteuid(), getgid(), getegid(), getcwd(cwd, sizeof cwd));
  int count = getgroups(32, groups);
  for (int i = 0; i < count; i++) printf("group %u\n", (unsigned)groups[i]);
  for (int i = 0; i < argc; i++) printf("argument %s\n", argv[i]);
  while (environ[variables]) variables++;
  qsort(environ, variables, sizeof *environ, by_text);
  // These two are the runtime's own.
  for (char **e = environ; *e; e++)
    if (strncmp(*e, "HOSTNAME=", 9) && strncmp(*e, "TERM=", 5)) printf("variable %s\n", *e);
  fprintf(stderr, "done\n");
  return argc > 1 ? atoi(argv[1]) : 0;
}
