#!/bin/sh
# Runs once, when the data volume is empty: Serra's roles and its database. None is a superuser, because row-level
# security does not hold for one, and only the migrations connect as the owner. docs/operations.md says more.
set -eu

psql --set ON_ERROR_STOP=1 --set owner="$SERRA_DATABASE_OWNER_PASSWORD" --set service="$SERRA_DATABASE_PASSWORD" \
    --username "$POSTGRES_USER" --dbname postgres <<'SQL'
create role serra_reader nologin;
create role serra_service login nosuperuser nocreatedb nocreaterole nobypassrls password :'service';
grant serra_reader to serra_service with inherit false, set true;
create role serra login nosuperuser nocreatedb nocreaterole nobypassrls password :'owner';
create database serra owner serra encoding 'UTF8' template template0;
revoke all on database serra from public;
SQL
