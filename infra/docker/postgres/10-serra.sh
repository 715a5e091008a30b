#!/bin/sh
# Runs once, when the data volume is empty: a role and a database for Serra. The role is no superuser, because
# row-level security does not hold for one.
set -eu

psql --set ON_ERROR_STOP=1 --set password="$SERRA_DATABASE_PASSWORD" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
create role serra login nosuperuser nocreatedb nocreaterole nobypassrls password :'password';
create database serra owner serra encoding 'UTF8' template template0;
revoke all on database serra from public;
SQL
