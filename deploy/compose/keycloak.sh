#!/bin/bash
# Keycloak reads passwords from its environment only: they come from files here, and are in no process list.
set -eu
KC_DB_PASSWORD="$(< /run/secrets/keycloak-database-password)"
KC_BOOTSTRAP_ADMIN_PASSWORD="$(< /run/secrets/keycloak-admin-password)"
SMART_TEST_USER_PASSWORD="$(< /run/secrets/smart-test-user-password)"
export KC_DB_PASSWORD KC_BOOTSTRAP_ADMIN_PASSWORD SMART_TEST_USER_PASSWORD
exec /opt/keycloak/bin/kc.sh start --features=client-secret-rotation --import-realm
