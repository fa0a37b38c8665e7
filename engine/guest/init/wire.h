// A virtio-console port that carries frames.
#pragma once
#include "init.h"

struct wire {
  int in, out;
  uint32_t received, acknowledged;
  size_t filled;
  char buffer[32768];
};
void wire_open(struct wire *wire, const char *path);
// Starts counting frames anew: the host that resumes a snapshot knows nothing of those before it.
void wire_begin(struct wire *wire);
// Sends a frame whose payload stands at `bytes + sizeof(struct frame)`.
void wire_send_inplace(struct wire *wire, struct frame frame, char *bytes);
// Takes all frames that have come.
void wire_read(struct wire *wire, void (*take)(const struct frame *frame, char *payload));
