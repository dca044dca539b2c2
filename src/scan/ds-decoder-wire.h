/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a DsDecoderProcess and its helper say to each other. The picture lies in shared memory that only the
 * application can write; requests and replies are messages of a SOCK_SEQPACKET socket, in host byte order, since both
 * ends are of one build. */
#pragma once

#include "ds-decoder.h"

G_BEGIN_DECLS

/* The descriptors a helper is started with. */
#define DS_WIRE_SOCKET_FD 3
#define DS_WIRE_MEMORY_FD 4

/* Room for a picture; pages are only taken as they are used. */
#define DS_WIRE_MEMORY_SIZE ((gsize)32 * 1024 * 1024)

/* No reply is longer. Eight QR codes of the most bytes there are fit. */
#define DS_WIRE_REPLY_SIZE 65536

/* Codes in one picture. */
#define DS_WIRE_MAX_SYMBOLS 8

typedef enum
{
  DS_WIRE_FRAME,   /* width × height grey pixels */
  DS_WIRE_PICTURE, /* a PNG or JPEG file with a code in it */
  DS_WIRE_PHOTO,   /* such a file, to be kept: its pixels are the answer */
} DsWireContent;

typedef struct
{
  guint32 id; /* from 1 */
  guint32 content;
  guint32 width;
  guint32 height;
  guint32 stride;
  guint32 unused;
  guint64 size; /* bytes in the memory */
} DsWireRequest;

typedef enum
{
  DS_WIRE_READY,      /* id 0: the helper has locked itself in */
  DS_WIRE_READ,       /* symbols follow */
  DS_WIRE_NO_PICTURE, /* the file cannot be read */
  DS_WIRE_TOO_LARGE,  /* nor held in memory */
  DS_WIRE_SMALL,      /* a DsWirePhoto follows; then, in messages of their own, its pixels */
} DsWireStatus;

typedef struct
{
  guint32 id;
  guint32 status;
  guint32 view;
  guint32 n_symbols; /* this many DsWireSymbol follow, each with its text */
} DsWireReply;

typedef struct
{
  guint32 symbology;
  guint32 length; /* bytes of UTF-8 that follow, without an end */
} DsWireSymbol;

/* What is kept of a photograph (DsPhoto). Its pixels come in messages of %DS_WIRE_REPLY_SIZE bytes; the last may be
 * shorter. */
typedef struct
{
  guint32 width;
  guint32 height;
} DsWirePhoto;

/* Returns: whether what @request says lies within the memory. Whoever sent it may be broken. */
gboolean ds_wire_is_sound (const DsWireRequest *request);

/**
 * ds_wire_make_reply:
 * @id: of the request
 * @reading: (nullable): %NULL when there was no picture
 *
 * Codes that do not fit are left out: a picture with so many is no one's payment.
 *
 * Returns: (transfer full): at most %DS_WIRE_REPLY_SIZE bytes
 */
GByteArray *ds_wire_make_reply (guint32 id, const DsReading *reading);

/**
 * ds_wire_parse_reply:
 * @message: (array length=n): whatever came: the helper may have been taken over
 * @reply: (out): its head
 * @reading: (out) (transfer full) (nullable): what was read, if its status is %DS_WIRE_READ
 * @photo: (out): its size, if its status is %DS_WIRE_SMALL
 *
 * Returns: whether it keeps every rule
 */
gboolean ds_wire_parse_reply (const guint8 *message,
                              gsize n,
                              DsWireReply *reply,
                              DsReading **reading,
                              DsWirePhoto *photo);

G_END_DECLS
