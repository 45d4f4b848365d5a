#!/bin/sh
# Makes the secrets of docker-compose.yml, each a file of its own, in deploy/compose/secrets (or the folder given).
# Run again it keeps what exists. The folder is readable by its owner only; the files in it are readable by all,
# because the containers that read them run as users of their own.
set -eu
folder="${1:-$(dirname "$0")/secrets}"
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"

keep() { # file: text from standard input, unless the file exists
  if [ ! -e "$1" ]; then cat > "$1.new" && mv "$1.new" "$1"; else cat > /dev/null; fi
}
random() { openssl rand -hex 24; }

for name in postgres-password temporal-database-password keycloak-database-password \
  registrar-owner-password registrar-runtime-password keycloak-admin-password smart-test-user-password; do
  random | keep "$name"
done
printf 'postgresql://registrar_owner:%s@postgres:5432/registrar\n' "$(cat registrar-owner-password)" | keep registrar-migration-url
printf 'postgresql://registrar:%s@postgres:5432/registrar\n' "$(cat registrar-runtime-password)" | keep registrar-database-url
printf 'k1:%s\n' "$(openssl rand -base64 32)" | keep registrar-master-key
printf 'rgk_%s\n' "$(openssl rand -base64 32 | tr '+/' '-_' | tr -d '=')" | keep registrar-bootstrap-key
printf '[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n' "$(openssl rand -hex 10)" "$(random)" | keep aws-credentials

# Temporal takes clients with a certificate of our authority only, and shows one of its own.
certificate() { # name, subject alternative names
  [ -e "$1.pem" ] && return
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
  printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$2" > "$1.ext"
  openssl x509 -req -in "$1.csr" -CA temporal-ca.pem -CAkey temporal-ca.key -CAcreateserial -days 825 -extfile "$1.ext" -out "$1.pem"
  rm -f "$1.csr" "$1.ext"
}
if [ ! -e temporal-ca.pem ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj '/CN=Registrar Temporal CA' \
    -keyout temporal-ca.key -out temporal-ca.pem
fi
certificate temporal-server 'DNS:temporal,DNS:localhost'
certificate temporal-client 'DNS:registrar'
rm -f temporal-ca.srl
chmod 444 ./*
chmod 400 temporal-ca.key
echo "Secrets are in $(pwd)"
