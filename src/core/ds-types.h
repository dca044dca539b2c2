/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names every layer shares: forward declarations only. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef struct _DsClock DsClock;
typedef struct _DsManualClock DsManualClock;
typedef struct _DsRandom DsRandom;

typedef struct _DsParcel DsParcel;
typedef struct _DsStop DsStop;
typedef struct _DsPayment DsPayment;
typedef struct _DsDebt DsDebt;
typedef struct _DsSettings DsSettings;
typedef struct _DsShift DsShift;

G_END_DECLS
