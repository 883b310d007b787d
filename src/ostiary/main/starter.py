"""The configuration that `ostiary init` writes."""

STARTER = """\
# Configuration of Ostiary. Check it:   ostiary check
#                           Start it:   ostiary serve
# Every field: docs/configuration.md. The same in YAML works too.

[server]
# "dev" accepts plain-text secrets and makes its own TLS certificate, but listens on this machine
# only. Use "production" for everything else; `ostiary check` then tells what is missing.
mode = "dev"
# Under which URL do clients reach the server? Issuers and links start with it.
public_url = "https://localhost:9031"
# Where the server keeps its database, keys and audit trail; from the working directory.
data_directory = ".ostiary"
# Several workers or machines need PostgreSQL:
# store = { env = "OSTIARY_STORE" }    # postgresql://user:password@host/database

[server.listeners]
tls = "127.0.0.1:9031"
admin = "127.0.0.1:9999"               # health and metrics
# mutual_tls = "127.0.0.1:9032"        # as tls, and asks programs for their certificates
# http = "127.0.0.1:9080"              # plain HTTP, for a proxy in front

# [server.tls]                         # your own certificate; production needs it
# certificate = "server.pem"
# key = "server.key"

# An environment is a tenant with its own issuer, clients and keys.
[environments.default]
face = "pingfederate"                  # or "pingone": whose paths it answers on
name = "Default"

# Scopes that clients may ask for: what each allows, in plain words.
[environments.default.scopes]
"api:read" = "Read data"
"api:write" = "Change data"

# How access tokens look.
[environments.default.token_managers.default]
kind = "jwt"                           # or "reference": looked up by introspection
style = "rfc9068"                      # or "pingfederate", "pingone"
algorithm = "ES256"                    # or "RS256", "PS256", "EdDSA"
lifetime_minutes = 60

# A client is a program that asks for tokens. Copy this table to add another one.
[environments.default.clients.my-app]
name = "My application"
grant_types = ["client_credentials"]
scopes = ["api:read", "api:write"]
# Made when the configuration is first applied, and shown once. To bring your own instead:
# secret = { env = "MY_APP_SECRET" }   # or { file = "my-app.secret" }
secret = { generate = true }

# A web application that people sign on to; `ostiary user add` makes the people.
# [environments.default.clients.my-site]
# name = "My site"
# grant_types = ["authorization_code", "refresh_token"]
# redirect_uris = ["https://localhost:8443/callback"]
# scopes = ["api:read"]                # ID tokens need "openid", here and among the scopes above
# secret = { generate = true }
"""
