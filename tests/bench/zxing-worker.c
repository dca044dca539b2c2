/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include "config.h"

#include "zxing-worker.h"

#include "bench-readers.h"
#include "zxing-frame.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Pixels of a frame. */
#define ROOM ((gsize)16 * 1024 * 1024)

#define MAX_TEXT 8192
#define MAX_TEXTS 8

typedef struct
{
  guint32 width, height, code128, several;
} Request;

typedef struct
{
  gint64 took_us;
  guint32 n_texts;
  char texts[MAX_TEXTS][MAX_TEXT];
} Reply;

static struct
{
  pid_t pid; /* 0 while there is none */
  int socket;
  guint8 *pixels; /* what both see */
} worker;

static G_NORETURN void
work (int socket)
{
  Request request;

  /* An abort is expected: no core of it. */
  prctl (PR_SET_DUMPABLE, 0);
  while (recv (socket, &request, sizeof request, 0) == sizeof request)
    {
      Reply reply = { 0 };
      gint64 begun_us = bench_get_processor_us ();
      g_autoptr (GPtrArray) texts
          = zxing_read_frame (worker.pixels, request.width, request.height, request.width,
                              request.code128 != 0, request.several != 0);

      reply.took_us = bench_get_processor_us () - begun_us;
      for (guint i = 0; i < MIN (texts->len, MAX_TEXTS); i++, reply.n_texts++)
        g_strlcpy (reply.texts[i], g_ptr_array_index (texts, i), MAX_TEXT);
      if (send (socket, &reply, sizeof reply, 0) != sizeof reply)
        break;
    }
  _exit (EXIT_SUCCESS);
}

static void
start (void)
{
  int sockets[2];

  if (worker.pixels == NULL)
    worker.pixels = mmap (NULL, ROOM, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert_true (worker.pixels != MAP_FAILED);
  g_assert_true (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) == 0);
  worker.pid = fork ();
  g_assert_true (worker.pid >= 0);
  if (worker.pid == 0)
    {
      close (sockets[0]);
      work (sockets[1]);
    }
  close (sockets[1]);
  worker.socket = sockets[0];
}

void
zxing_worker_read (const Frame *frame, gboolean code128, gboolean several, GPtrArray *texts, gint64 *took_us)
{
  const Request request = { frame->width, frame->height, code128 ? 1 : 0, several ? 1 : 0 };
  Reply reply;

  g_assert_true ((gsize)frame->width * frame->height <= ROOM);
  if (worker.pid == 0)
    start ();
  for (guint y = 0; y < frame->height; y++)
    memcpy (worker.pixels + (gsize)y * frame->width, frame->pixels + y * frame->stride, frame->width);
  if (send (worker.socket, &request, sizeof request, MSG_NOSIGNAL) != sizeof request
      || recv (worker.socket, &reply, sizeof reply, 0) != sizeof reply)
    {
      close (worker.socket);
      waitpid (worker.pid, NULL, 0);
      worker.pid = 0;
      if (several)
        zxing_worker_read (frame, code128, FALSE, texts, took_us);
      return;
    }
  *took_us += reply.took_us;
  for (guint i = 0; i < reply.n_texts; i++)
    g_ptr_array_add (texts, g_strdup (reply.texts[i]));
}
