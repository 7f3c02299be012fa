#!/bin/sh
# Makes secrets/ once: a password for the database and the URL that holds it. The folder is closed to others; the files
# are readable in it, because the containers' users, who get them one by one, have other ids.
set -eu
cd "$(dirname "$0")"
[ ! -e secrets/database_url ] || { echo "secrets/ is there already"; exit 0; }
umask 077
mkdir -p secrets
password=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
printf '%s' "$password" >secrets/database_password
printf 'postgresql://purser:%s@postgres:5432/purser' "$password" >secrets/database_url
chmod 444 secrets/database_password secrets/database_url
echo "made secrets/"
