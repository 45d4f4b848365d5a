#!/bin/sh
# Roles and databases, once, when the volume is empty. psql reads the passwords itself, so that no process shows them.
set -eu
psql -v ON_ERROR_STOP=1 --username postgres <<'SQL'
\set temporal `cat /run/secrets/temporal-database-password`
\set keycloak `cat /run/secrets/keycloak-database-password`
\set owner `cat /run/secrets/registrar-owner-password`
\set runtime `cat /run/secrets/registrar-runtime-password`
create role temporal login password :'temporal';
create role keycloak login password :'keycloak';
create role registrar_owner login password :'owner';
create role registrar login password :'runtime';
create database temporal owner temporal;
create database temporal_visibility owner temporal;
create database keycloak owner keycloak;
create database registrar owner registrar_owner;
SQL
