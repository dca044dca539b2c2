/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the courier was when the handheld went down: the same pages again, with the same payment.
 *
 * What is true of money is in the journal alone. Beside it a small file says which pages were open; it follows each step,
 * and what it says of a payment is looked up in the store before a page is made of it. A payment that the file does not
 * know yet is newer than the file, and its own page comes in front. Without the file, or with one that makes no sense,
 * the route is shown.
 *
 * What was typed, drawn or searched for is nobody's business and in no file: such a page comes back empty. Not at all does
 * the choice of a PIN, which would begin anew, and the end of practice, which is a word of praise. */
#pragma once

#include "ds-navigator.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_RESUME (ds_resume_get_type ())
G_DECLARE_FINAL_TYPE (DsResume, ds_resume, DS, RESUME, GObject)

/* @navigator: borrowed until ds_resume_end(). */
DsResume *ds_resume_new (DsNavigator *navigator, DsSession *session);

/**
 * ds_resume_begin:
 *
 * The home page has become the root, at work. Opens the other pages once the route is there, unless the courier has gone
 * on meanwhile, and follows the courier from then on.
 */
void ds_resume_begin (DsResume *self);

/* Before the pages go away with their window: what is kept then stays. */
void ds_resume_end (DsResume *self);

G_END_DECLS
