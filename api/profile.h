#ifndef API_PROFILE_H
#define API_PROFILE_H

/* What a user may be called and set to. Each check adds a fault; NULL passes, being absent. */

#include "base/faults.h"
#include "finance/zone.h"

enum { USERNAME_MIN = 3, USERNAME_MAX = 40 };

/* ASCII letters, digits, '.', '_' and '-', starting with a letter or digit: it stands in addresses, and no
 * two look alike but for case, which does not count. */
void profile_check_username(const char *username, struct faults *faults);
void profile_check_currency(const char *currency, struct faults *faults);
void profile_check_timezone(struct zones *zones, const char *timezone, struct faults *faults);

#endif
