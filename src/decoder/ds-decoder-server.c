/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include "config.h"

#include "ds-decoder-server.h"

#include "ds-error.h"
#include "ds-jail.h"
#include "ds-photo.h"
#include "ds-picture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* The largest picture that is decoded, 64 million pixels, in the four copies that decoding makes of it. */
#define MEMORY_LIMIT ((gsize)1024 * 1024 * 1024)

/* The smallest file of its kind: one white pixel. */
static const char white_png[]
    = "\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01"
      "\x08\x00\x00\x00\x00\x3a\x7e\x9b\x55\x00\x00\x00\x0a\x49\x44\x41\x54\x78\xda\x63\xf8\x0f\x00\x01"
      "\x01\x01\x00\x1c\xb0\x8c\x99\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";

DsReading *
ds_decoder_server_decode (const DsWireRequest *request, const guint8 *memory)
{
  g_autoptr (GBytes) file = NULL;
  g_autoptr (DsGrey) grey = NULL;

  if (request->content == DS_WIRE_FRAME)
    return ds_decode_frame_in_turn (memory, request->width, request->height, request->stride, request->id);
  file = g_bytes_new_static (memory, request->size);
  grey = ds_picture_load (file, NULL);
  return grey != NULL ? ds_decode_frame (grey->pixels, grey->width, grey->height, grey->width) : NULL;
}

static gboolean
send_bytes (const void *bytes, gsize n)
{
  return send (DS_WIRE_SOCKET_FD, bytes, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static gboolean
reply_with_reading (const DsWireRequest *request, DsReading *reading)
{
  g_autoptr (GByteArray) message = ds_wire_make_reply (request->id, reading);

  return send_bytes (message->data, message->len);
}

static gboolean
send_pixels (GBytes *pixels)
{
  gsize n;
  const guint8 *at = g_bytes_get_data (pixels, &n);

  for (gsize left = n; left > 0;)
    {
      gsize part = MIN (left, DS_WIRE_REPLY_SIZE);

      if (!send_bytes (at, part))
        return FALSE;
      at += part;
      left -= part;
    }
  return TRUE;
}

static gboolean
reply_with_photo (const DsWireRequest *request, const guint8 *memory)
{
  g_autoptr (GBytes) file = g_bytes_new_static (memory, request->size);
  g_autoptr (GError) error = NULL;
  g_autoptr (DsPhoto) photo = ds_photo_load (file, &error);
  struct
  {
    DsWireReply reply;
    DsWirePhoto photo;
  } head = { .reply = { .id = request->id, .status = DS_WIRE_SMALL } };

  if (photo == NULL)
    {
      head.reply.status
          = g_error_matches (error, DS_ERROR, DS_ERROR_OVERFLOW) ? DS_WIRE_TOO_LARGE : DS_WIRE_NO_PICTURE;
      return send_bytes (&head.reply, sizeof head.reply);
    }
  head.photo = (DsWirePhoto){ photo->width, photo->height };
  return send_bytes (&head, sizeof head) && send_pixels (photo->pixels);
}

/* Returns: whether there is still somebody to work for. */
static gboolean
serve (const DsWireRequest *request, const guint8 *memory, DsDecodeFunc decode)
{
  DsReading *reading;
  gboolean sent;

  if (request->content == DS_WIRE_PHOTO)
    return reply_with_photo (request, memory);
  reading = decode (request, memory);
  sent = reply_with_reading (request, reading);
  ds_reading_free (reading);
  return sent;
}

/* Loads what is only loaded on first use: character sets, and whatever the libraries read when they begin. */
static void
warm_up (void)
{
  /* Ours (ds-zbar.c), and those that ZBar opens by itself: what a code says it is written in (AIM ECI 2 to 20). */
  static const char *const charsets[]
      = { "GB2312",     "SHIFT_JIS",  "GB18030",    "ISO-8859-1", "SJIS",       "BIG5",
          "CP437",      "ISO8859-1",  "ISO8859-2",  "ISO8859-3",  "ISO8859-4",  "ISO8859-5",
          "ISO8859-6",  "ISO8859-7",  "ISO8859-8",  "ISO8859-9",  "ISO8859-10", "ISO8859-11",
          "ISO8859-13", "ISO8859-14", "ISO8859-15", "ISO8859-16", "UTF-8" };
  g_autoptr (GBytes) png = g_bytes_new_static (white_png, sizeof white_png - 1);
  g_autoptr (DsGrey) pixel = ds_picture_load (png, NULL);
  g_autoptr (DsGrey) frame = ds_grey_new (64, 64);
  DsReading *reading;

  /* Left open on purpose: the C library unloads a character set that nobody uses. */
  for (gsize i = 0; i < G_N_ELEMENTS (charsets); i++)
    g_iconv_open ("UTF-8", charsets[i]);
  memset (frame->pixels, 255, 64 * 64);
  reading = ds_decode_frame (frame->pixels, frame->width, frame->height, frame->width);
  ds_reading_free (reading);
}

int
ds_decoder_server_run (DsDecodeFunc decode)
{
  const DsWireReply ready = { .status = DS_WIRE_READY };
  DsWireRequest request;
  void *memory = mmap (NULL, DS_WIRE_MEMORY_SIZE, PROT_READ, MAP_SHARED, DS_WIRE_MEMORY_FD, 0);

  if (memory == MAP_FAILED)
    {
      g_printerr ("This program is started by Doorstep, which gives it pictures to decode.\n");
      return EXIT_FAILURE;
    }
  close_range (DS_WIRE_MEMORY_FD, ~0U, 0);
  close (STDIN_FILENO);
  warm_up ();
  if (ds_jail_enter (MEMORY_LIMIT) != 0
      || send (DS_WIRE_SOCKET_FD, &ready, sizeof ready, MSG_NOSIGNAL) != sizeof ready)
    return EXIT_FAILURE;

  while (recv (DS_WIRE_SOCKET_FD, &request, sizeof request, 0) == sizeof request
         && ds_wire_is_sound (&request))
    {
      if (!serve (&request, memory, decode))
        return EXIT_FAILURE;
    }
  return EXIT_SUCCESS;
}
