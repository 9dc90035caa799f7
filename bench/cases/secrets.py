"""Credentials: keys of vendors, web tokens, private keys, passwords, connection strings, random strings.

Formats are those of the vendors' own pages: GitHub ("Behind GitHub's new authentication token formats"), AWS IAM
("unique identifiers"), Stripe, Slack, OpenAI, Anthropic, Google Cloud, GitLab ("token overview"), Hugging Face, npm,
SendGrid, Twilio, Shopify, DigitalOcean, Doppler, Linear, Databricks, Figma, Tailscale, Mapbox, HubSpot, Buildkite,
Sourcegraph;
RFC 7468 (PEM), RFC 7519 (JWT), RFC 3986 (user information in a URL); JDBC, ADO.NET, ODBC, libpq, Azure Storage and
Service Bus for connection strings. All values are drawn at random.
"""

from __future__ import annotations

import base64
import json
import random
import string
import textwrap

from cases.form import Type, Value

LOWER, UPPER, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
ALNUM = LOWER + UPPER + DIGITS
URLSAFE = ALNUM + "_-"
HEX = "0123456789abcdef"
BASE64 = ALNUM + "+/"


def drawn(rng: random.Random, letters: str, count: int) -> str:
    """A random string; no letter eight times in a row, which would be a blank."""
    return "".join(rng.choice(letters) for _ in range(count))


def mixed(rng: random.Random, count: int) -> str:
    """Letters of both cases and digits, at least one of each."""
    while True:
        text = drawn(rng, ALNUM, count)
        if any(c.isdigit() for c in text) and text.lower() != text != text.upper():
            return text


def uuid(rng: random.Random) -> str:
    return "-".join(drawn(rng, HEX, size) for size in (8, 4, 4, 4, 12))


FR = (
    "Bonjour, la clé de l'application est {value}, peux-tu vérifier ?",
    "Voici le .env :\nAPI={value}\nDEBUG=1",
    "Le jeton du service de {company} : {value}",
    "{date} {time} ERREUR refus 401 avec {value}",
    "| service | valeur |\n|---|---|\n| paie | {value} |",
    "const client = new Client('{value}'); // à changer",
    "curl -s https://api.exemple.fr/v1/me -H \"X-Cle: {value}\"",
    "{name} m'a donné ceci : « {value} ».",
    "cle;valeur\nprod;{value}\ntest;",
    "Pourquoi ce script échoue-t-il ?\n    connecte(\"{value}\")",
    "{\"cle\": \"{value}\", \"env\": \"prod\"}",
    "secret actuel ({value}) à renouveler avant le {date}",
)  # fmt: skip
EN = (
    "Can you check why {value} gets a 403?",
    "export THE_KEY={value}",
    "The key that {name} pasted was {value}.",
    "{date} {time} WARN rejected {value} from {city}",
    "client = Client(\"{value}\")",
    "{\"credentials\": {\"value\": \"{value}\"}}",
    "- name: KEY\n  value: {value}\n- name: REGION\n  value: eu",
    "Please rotate `{value}` before {date}.",
    "service,key\nbilling,{value}",
    "<add key=\"ApiKey\" value=\"{value}\" />",
    "Header sent: X-Auth-Token: {value}",
    "git remote set-url origin https://{value}@git.example.com/team/app.git",
)  # fmt: skip
NEAR_FR = (
    "Où range-t-on les clés d'API chez {company} ?",
    "Le commit 9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a a cassé la commande {order}.",
    "Explique la différence entre une clé publique et un jeton.",
    "Le dossier {order} de {name} part le {date}.",
    "sha256:4f1b2c3d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f809 vérifié",
)
NEAR_EN = (
    "How do I revoke a token on the console?",
    "Build 7f3c1a9 of release-{year}-rc1 passed on {date}.",
    "import secrets; from vendor.keys import load_key",
    "The API key goes into the header, see the documentation.",
    "uuid 123e4567-e89b-12d3-a456-426614174000 is the sample of RFC 4122",
)

VENDORS: tuple[Value, ...] = (
    lambda r: "ghp_" + mixed(r, 36),
    lambda r: "github_pat_" + mixed(r, 22) + "_" + mixed(r, 59),
    lambda r: "AKIA" + drawn(r, UPPER + "234567", 16),
    lambda r: "sk_live_" + mixed(r, 24),
    lambda r: "xoxb-" + drawn(r, DIGITS, 12) + "-" + drawn(r, DIGITS, 13) + "-" + mixed(r, 24),
    lambda r: "sk-proj-" + mixed(r, 48),
    lambda r: "sk-ant-api03-" + drawn(r, URLSAFE, 93) + "AA",
    lambda r: "AIza" + mixed(r, 35),
    lambda r: "glpat-" + mixed(r, 20),
    lambda r: "hf_" + mixed(r, 34),
    lambda r: "npm_" + mixed(r, 36),
    lambda r: "SG." + mixed(r, 22) + "." + mixed(r, 43),
    lambda r: "shpat_" + drawn(r, HEX, 32),
    lambda r: "dop_v1_" + drawn(r, HEX, 64),
    lambda r: "dp.pt." + mixed(r, 43),
    lambda r: "lin_api_" + mixed(r, 40),
    lambda r: "dapi" + drawn(r, HEX, 32),
    lambda r: "figd_" + mixed(r, 40),
    lambda r: "tskey-auth-" + mixed(r, 12) + "-" + mixed(r, 32),
    lambda r: "pat-eu1-" + uuid(r),
    lambda r: "bkua_" + drawn(r, HEX, 40),
    lambda r: "sgp_" + drawn(r, HEX, 16) + "_" + drawn(r, HEX, 40),
    lambda r: "pk.eyJ1Ijoi" + mixed(r, 60) + "." + mixed(r, 22),
    lambda r: "shippo_live_" + drawn(r, HEX, 40),
    lambda r: "duffel_live_" + mixed(r, 43),
    lambda r: "rdme_" + drawn(r, LOWER + DIGITS, 70),
    lambda r: "CFPAT-" + mixed(r, 43),
    lambda r: "sha256~" + mixed(r, 43),
    lambda r: "access-production-" + uuid(r),
    lambda r: "ecl_" + mixed(r, 40),
)
NO_VENDORS: tuple[Value, ...] = (
    lambda r: "ghp_" + "x" * 36,
    lambda r: "ghp_" + mixed(r, 12),
    lambda r: "AKIA" + drawn(r, UPPER, 8) + "EXAMPLE",
    lambda r: "akia" + drawn(r, LOWER, 16),
    lambda r: "sk_live_" + mixed(r, 6),
    lambda r: "glpat-xxxxxxxxxxxxxxxxxxxx",
    lambda r: "sk-" + r.choice(("learn", "image", "video")) + "-" + drawn(r, DIGITS, 2),
    lambda r: drawn(r, HEX, 40),
    lambda r: uuid(r),
    lambda r: "v1." + drawn(r, DIGITS, 2) + "." + drawn(r, DIGITS, 3),
    lambda r: "npm_config_" + drawn(r, LOWER, 8),
    lambda r: "CMD-" + drawn(r, DIGITS, 12),
    lambda r: "SG." + drawn(r, DIGITS, 4) + ".2024",
)


def any_of(choices: tuple[Value, ...]) -> Value:
    return lambda rng: rng.choice(choices)(rng)


# --- named

NAMED: tuple[tuple[str, Value], ...] = (
    ("ALGOLIA_ADMIN_KEY", lambda r: drawn(r, HEX, 32)),
    ("adobe_client_secret", lambda r: drawn(r, HEX, 32)),
    ("DATADOG_APP_KEY", lambda r: drawn(r, HEX, 40)),
    ("okta-api-token", lambda r: "00" + mixed(r, 40)),
    ("SNYK_TOKEN", uuid),
    ("heroku_api_key", uuid),
    ("trello.token", lambda r: drawn(r, HEX, 32)),
    ("TWITCH_CLIENT_SECRET", lambda r: drawn(r, LOWER + DIGITS, 30)),
    ("fastlyApiKey", lambda r: mixed(r, 32)),
    ("intercom_access_token", lambda r: mixed(r, 60)),
    ("mattermost_token", lambda r: drawn(r, LOWER + DIGITS, 26)),
    ("OPENWEATHER_API_KEY", lambda r: drawn(r, HEX, 32)),
    ("OVH_CONSUMER_KEY", lambda r: mixed(r, 32)),
    ("sentry_auth_token", lambda r: drawn(r, HEX, 64)),
    ("COINBASE_ACCESS_TOKEN", lambda r: drawn(r, LOWER + DIGITS, 64)),
    ("mistral_api_key", lambda r: mixed(r, 32)),
    ("MAILJET_API_SECRET", lambda r: drawn(r, HEX, 32)),
    ("scaleway_secret_key", uuid),
)


def named_value(rng: random.Random) -> str:
    """A name and its value: the span is all of it, of which the value is more than half."""
    name, value = rng.choice(NAMED)
    shape = rng.choice(("{}={}", "{}: {}", '{}="{}"', '"{}": "{}"', "{} = '{}'"))
    return shape.format(name, value(rng))


def bare_named_value(rng: random.Random) -> str:
    """The same value behind a name that says nothing, too short behind its own, or blank."""
    name, value = rng.choice(NAMED)
    text = value(rng)
    return rng.choice((f"REVISION={text}", f"{name}={text[:11]}", f"{name}={'0' * len(text)}", f"{name}=<your-key>"))


# --- web tokens, private keys


def web_token(rng: random.Random) -> str:
    head = {"alg": rng.choice(("HS256", "RS256", "ES256")), "typ": "JWT"}
    body = {"sub": drawn(rng, DIGITS, 8), "iat": rng.randint(1_600_000_000, 1_800_000_000)}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, body)]
    return ".".join([*parts, drawn(rng, URLSAFE, 43)])


def no_web_token(rng: random.Random) -> str:
    whole = web_token(rng)
    return rng.choice((whole.partition(".")[0], "eyJxxxxxxxxxx.eyJxxxxxxxxxx.xxxx", f"a.{drawn(rng, LOWER, 5)}.com",
                       "eyJ" + drawn(rng, ALNUM, 20) + ".eyJ" + drawn(rng, ALNUM, 20)))  # fmt: skip


def private_key(rng: random.Random) -> str:
    kind = rng.choice(("", "RSA ", "EC ", "OPENSSH ", "DSA "))
    lines = textwrap.wrap("MII" + drawn(rng, BASE64, rng.randint(160, 600)) + "=", 64)
    gap = rng.choice(("\n", "\n", "\\n", "\n    "))
    return gap.join([f"-----BEGIN {kind}PRIVATE KEY-----", *lines, f"-----END {kind}PRIVATE KEY-----"])


def no_private_key(rng: random.Random) -> str:
    body = "\n".join(textwrap.wrap("MII" + drawn(rng, BASE64, 200), 64))
    return rng.choice((
        "-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----...-----END RSA PRIVATE KEY-----",
        f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----",
        f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + drawn(rng, BASE64, 43) + " " + drawn(rng, LOWER, 6),
    ))  # fmt: skip


# --- passwords

_STEMS = (
    "Soleil Marseille Printemps Azur Nantes Tigre Bastille Winter Falcon Orange Citron Velo Montagne Harbour".split()
)


def password(rng: random.Random) -> str:
    word = rng.choice(_STEMS)
    return rng.choice((
        f"{word}{rng.randint(10, 2999)}!", f"{word[:3]}{rng.choice('!@#%*')}{rng.randint(100, 999)}{word[3:]}",
        mixed(rng, 12), mixed(rng, 10) + "#", f"{word.lower()}_{rng.randint(10, 99)}{rng.choice('!?%')}",
        mixed(rng, 4) + "-" + mixed(rng, 4) + "-" + mixed(rng, 4),
    ))  # fmt: skip


def no_password(rng: random.Random) -> str:
    return rng.choice(("********", "<votre-mot-de-passe>", "<your-password>", "${DB_PASSWORD}", "None", "$PASSWORD",
                       "{{ password }}", "changeme", "xxxxxxxx", "str", "obligatoire", "required", "null"))  # fmt: skip


PASSWORD_FR = (
    "Le mot de passe du wifi est {value} jusqu'au {date}.",
    "mdp : {value}",
    "Mot de passe provisoire : {value} (à changer)",
    "DB_PASSWORD={value}",
    "Connexion : login {name}, mot de passe = {value}",
    "spring.datasource.password={value}",
    "Mon mot de passe est {value}, pourquoi est-il refusé ?",
    '"motdepasse": "{value}"',
    "CREATE USER paie IDENTIFIED BY '{value}';",
    "mysqldump --user=root --password={value} paie > sauvegarde.sql",
    "pwd: '{value}'",
    "- **Mot de passe du NAS** : {value}",
    "**Mot de passe :** `{value}` (salle {small})",
    "`mdp` vaut `{value}` en préproduction",
    "<dt>Mot de passe</dt>\n<dd>{value}</dd>",
    "Mot de passe de la borne — {value}",
    "Code wifi de {city} : {value}",
    "clé WPA : {value}",
    "Mon mdp c'est {value} et il expire le {date}",
    "Le mot de passe de la caisse est maintenant {value}",
    "{name} a modifié le mot de passe en {value} ce matin",
    "Accès : {first} / {value}",
    "identifiant: {first}\npass: {value}",
    "Mot de passe\n{value}\nSalle\n{small}",
    "agent;mot de passe;site\n{first};{value};{city}",
    "| Poste | Mot de passe | Salle |\n|---|---|---|\n| {small} | {value} | B |",
    "INSERT INTO agents (id, nom, mot_de_passe) VALUES (7, '{first}', '{value}');",
    "echo '{value}' | sudo -S systemctl restart paie",
    "mysqldump -u sauvegarde -p'{value}' paie > paie.sql",
    '  - name: LDAP_PASSWORD\n    value: "{value}"',
)
PASSWORD_EN = (
    "The password for the admin account is {value}",
    "password: {value}",
    'passwd = "{value}"',
    "ALTER ROLE app WITH LOGIN PASSWORD '{value}';",
    '{"user": "root", "password": "{value}"}',
    "<password>{value}</password>",
    "  password: '{value}'\n  host: db.{city}.example",
    "sshpass -p '{value}' ssh admin@10.0.0.4",
    "My new password is {value} since {date}.",
    "curl -u admin:{value} https://intranet.example.com/api",
    '$pw = ConvertTo-SecureString -String "{value}" -AsPlainText -Force',
    "* **Password**: {value}",
    "const adminPassword: string = '{value}';",
    'let pwd: String = "{value}".to_owned();',
    'private static final String DB_PASSWORD = new String("{value}");',
    'string password = @"{value}";',
    'password <- "{value}"',
    '<property name="connection.password" value="{value}"/>',
    '<add value="eu" key="Region" /><add key="SmtpPassword" value="{value}" />',
    'variable "admin_password" {\n  type    = string\n  default = "{value}"\n}',
    '{"name": "REDIS_PASSWORD", "value": "{value}"}',
    "<tr><td>Password</td><td>{value}</td></tr>",
    "host,user,password,port\ndb{small},app,{value},5432",
    "My passphrase for the old laptop was {value}",
    "credentials: backup / {value}",
    "the password was changed to {value} on {date}",
    "CREATE LOGIN reader WITH PASSWORD = N'{value}';",
    'imap.login("ops", "{value}")',
    "redis-cli -h cache -a {value} info",
    "7z a -p{value} payroll.7z payroll.csv",
    "keytool -list -storepass {value} -keystore app.jks",
    "requirepass {value}",
)
NO_PASSWORD_FR = (
    "Où changer mon mot de passe ?", "Le mot de passe est oublié par {name}.", "Le mot de passe est obligatoire.",
    "La politique des mots de passe de {company} change le {date}.", "mot de passe = os.environ['DB_PASSWORD']",
    "Mot de passe Office2021 perdu, que faire ?", "Le mot de passe du serveur SRV12 a expiré le {date}.",
    "'mot_de_passe' => 'required|min:12|confirmed'", "champ;mot de passe;type\n{small};obligatoire;texte",
    "| Champ | Mot de passe |\n|---|---|\n| longueur | 12 à 64 |", "<th>Mot de passe</th><td>Masqué</td>",
)  # fmt: skip
NO_PASSWORD_EN = (
    "password: str = Field(min_length=12)", "def check_password(user, password): return hash(password)",
    "I forgot my password, what now?", "ALTER USER app PASSWORD EXPIRE INTERVAL 90 DAY;",
    "password = getpass.getpass('Password: ')",
    "password: required|string|between:8,64", "<label>Password</label><input type='password' name='pwd'>",
    "password,role\nhashed,admin", 'let password = String::from(env::var("DB_PASSWORD")?);',
    "mysql -u root -p payroll < dump.sql", "- name: DB_PASSWORD\n  valueFrom: {secretKeyRef: {name: db}}",
    "INSERT INTO users (login, password) VALUES (?, ?);",
)  # fmt: skip

# --- connection strings, addresses: the value is the password in them


def plain_password(rng: random.Random) -> str:
    """One that needs no escape in a URL or a connection string."""
    return "".join(c for c in password(rng) if c not in "#?%@!*")


no_secret = any_of((lambda r: "<password>", lambda r: "${DB_PWD}", lambda r: "****", lambda r: "{{ db_password }}",
                    lambda r: "%DB_PASSWORD%", lambda r: "<mot-de-passe>", lambda r: "$PASSWORD"))  # fmt: skip

CONNECTION_FR = (
    "La chaîne de connexion : Server=sql1.intra.example,1433;Database=paie;User Id=sa;Password={value};Encrypt=true",
    'ConnectionStrings__Paie="Data Source=sql2;Initial Catalog=rh;User ID=app;Pwd={value}"',
    "cnx = 'Driver={ODBC Driver 18 for SQL Server};Server=sql3;Database=rh;UID=app;PWD={value};'",
    "spring.datasource.url=jdbc:postgresql://pg1.intra.example:5432/paie?user=app&password={value}",
    "La base ne répond plus avec jdbc:oracle:thin:app/{value}@//ora1:1521/rh\nUne idée ?",
    '<add name="Paie" connectionString="Server=sql1;Database=paie;Uid=root;Pwd={value};" />',
    "{date} {time} échec : host=pg1 port=5432 dbname=rh user=app password={value} sslmode=require",
    "Peux-tu corriger ceci ? `Provider=SQLOLEDB;Data Source=sql4;User ID=sa;Password={value}`",
    '{"ConnectionStrings": {"Rh": "Server=tcp:sql1,1433;Initial Catalog=rh;User ID=rh;Password={value};"}}',
    "{name} utilise encore jdbc:sqlserver://sql1:1433;databaseName=paie;user=app;password={value};",
)
CONNECTION_EN = (
    'conn = connect("Server=db1;Port=3306;Database=hr;Uid=app;Pwd={value};SslMode=Required")',
    "REDIS=cache1.intra.example:6380,password={value},ssl=True,abortConnect=False",
    "The string is: Data Source=db1.intra.example;Initial Catalog=stock;User Id=app;Password={value};",
    "export CONN='dbname=stock host=pg2 user=app password={value}'",
    "It fails on {date} with\njdbc:mysql://my1.intra.example:3306/hr?user=app&password={value}&useSSL=false",
    '  connectionString: "Host=pg1;Port=5432;Username=app;Password={value};Database=hr"',
    'new SqlConnection(@"Server=sql1;Database=hr;User Id=sa;Password={value};");',
    "sqlplus app/{value}@ora1.intra.example:1521/hr",
    "url;owner\njdbc:db2://db2a:50000/HR:user=app;password={value};;{name}",
    "Why does Driver={PostgreSQL Unicode};Server=pg1;Database=hr;Uid=app;Pwd={value}; time out?",
)
NO_CONNECTION = (
    "La chaîne de connexion est dans le coffre de {company}.", "Server=sql1;Database=paie;Integrated Security=true",
    "jdbc:postgresql://pg1.intra.example:5432/paie", "Server=, Database= et User Id= sont des mots-clés d'ADO.NET.",
    "host=pg1 port=5432 dbname=paie user=app", "Le serveur de {company} est tombé à {time}.",
)  # fmt: skip
NO_CONNECTION_EN = (
    "Which driver does the connection string need?", "Data Source=:memory:;Version=3;New=True;",
    "UseDevelopmentStorage=true", "The user id and password fields are optional in JDBC.", "redis://cache:6379/0",
    "Server=db1;Database=hr;Trusted_Connection=yes",
)  # fmt: skip
ADDRESS_FR = (
    "Pourquoi postgres://app:{value}@db.intra.example:5432/paie ne répond-il pas ?",
    "DATABASE_URL=mysql://svc_paie:{value}@my1.intra.example/rh",
    "mongo: mongodb+srv://app:{value}@cl1.example/rh",
    "amqp://admin:{value}@mq.intra.example:5672/ est la file de {company}",
    "redis://:{value}@cache:6379/0",
    "Le dépôt est https://{first}:{value}@git.intra.example/paie.git",
    "ftp://depot:{value}@ftp.example.org/{order}",
    'url = "https://api:{value}@intranet.example/v1"',
    "| base | postgresql://rh:{value}@pg2/rh |",
    "{date} connexion à ldap://cn=app:{value}@ldap.intra.example refusée",
)
ADDRESS_EN = (
    "git clone https://bot:{value}@git.example.com/team/app.git",
    "CELERY_BROKER=amqps://w:{value}@mq1:5671/prod",
    "sqlalchemy.url = postgresql+psycopg2://app:{value}@pg1/hr",
    "curl ftp://{last}:{value}@files.example.org/in/",
    "  uri: mongodb://root:{value}@mongo-0.mongo:27017/admin",
    "SMTP=smtp://mailer:{value}@mail.example.org:587",
    '{"proxy": "http://corp:{value}@proxy.intra.example:3128"}',
    "See https://admin:{value}@grafana.example/d/1",
    "pip install --index-url https://ci:{value}@pypi.intra.example/simple app",
    "rediss://default:{value}@r1:6380",
)
NO_ADDRESS = (
    "https://exemple.fr:8443/chemin@version", "ssh://git@host.example:22/app.git", "postgres://app@db/rh",
    "https://exemple.fr/{order}:12@ref", "Écrire à {first}@example.org avant {time}",
)  # fmt: skip
NO_ADDRESS_EN = (
    "https://user:password@example.com/", "https://git@github.example/team/app.git", "http://localhost:8080/@{small}",
    "redis://cache:6379/0", "mailto:{first}@example.org?subject=a:b",
)  # fmt: skip


# --- random strings beside a word


def random_string(rng: random.Random) -> str:
    return rng.choice((mixed(rng, 32), drawn(rng, HEX, 40), mixed(rng, 43) + "=", mixed(rng, 24), drawn(rng, HEX, 64)))


def made_string(rng: random.Random) -> str:
    return rng.choice(("abcdef1234567890abcdef1234567890", "PaieTrimestrielleExportFinal", "x" * 32,
                       "com.exemple.paie.service.PaieController", "ma-cle-de-test-pour-le-projet",
                       "0" * 40))  # fmt: skip


RANDOM_FR = (
    "Le secret est {value}", "jeton actuel {value} à révoquer", "la clé API à utiliser, {value}, expire le {date}",
    "clé secrète fournie par {company} {value}", "Voici mon jeton\n{value}", "secret partagé -> {value}",
    "Le jeton {value} ne marche pas", "identifiants de l'API {value}", "la clé d'accès {value} est celle de {name}",
    "Mon secret webhook, c'est {value} je crois",
)  # fmt: skip
RANDOM_EN = (
    "the secret is {value}", "this token {value} stopped working", "my API key, {value}, expires {date}",
    "shared secret -> {value}", "use access key {value} for {company}", "Here is the token\n{value}",
    "credentials from {name} {value}", "webhook secret {value} on staging", "the client secret would be {value}",
    "I pasted the bearer {value} there",
)  # fmt: skip
UNSAID = (
    "Le condensat du fichier est {near} depuis le {date}.", "Le commit {near} corrige la paie.", "trace {near} reçue",
    "L'image docker {near} est en ligne.", "La session du {date} porte la référence {near}",
)  # fmt: skip
UNSAID_EN = (
    "checksum {near} of the archive", "commit {near} fixes the export", "span {near} took 40 ms",
    "object {near} was deleted on {date}", "etag {near} in the cache",
)  # fmt: skip

ACCOUNTS: tuple[Value, ...] = (
    lambda r: f"{drawn(r, LOWER, 7)}.my.salesforce.com",
    lambda r: f"{drawn(r, LOWER, 2)}{drawn(r, DIGITS, 5)}.eu-west-1.snowflakecomputing.com",
    lambda r: f"{drawn(r, LOWER, 6)}.jfrog.io",
    lambda r: f"{drawn(r, LOWER, 8)}-archives.s3.amazonaws.com",
    lambda r: f"{drawn(r, DIGITS, 12)}-{drawn(r, LOWER + DIGITS, 32)}.apps.googleusercontent.com",
    lambda r: f"{drawn(r, LOWER, 9)}.blob.core.windows.net",
    lambda r: f"{drawn(r, LOWER, 6)}.okta.com",
)
NO_ACCOUNTS: tuple[Value, ...] = (
    lambda r: "docs.snowflakecomputing.com.evil.example",
    lambda r: f"{drawn(r, LOWER, 6)}.example.org",
    lambda r: "www.salesforce.com",
    lambda r: f"-{drawn(r, LOWER, 4)}-.jfrog.io",
    lambda r: "api.okta.com",
)
ACCOUNT_FR = (
    "L'adresse est https://{value}/ pour la paie", "HOTE={value}", "On se connecte à {value} chaque matin",
    "\"hote\": \"{value}\"", "Le bucket ou l'instance {value} ne répond plus", "ping {value}", "hote: {value}",
    "{name} gère {value}", "| env | hote |\n|---|---|\n| prod | {value} |", "voir <https://{value}/x>",
)  # fmt: skip
ACCOUNT_EN = (
    "open https://{value}/login", "export HOST={value}", "nothing answers at {value}", "host = '{value}'",
    "- url: https://{value}\n  env: prod", "{date} timeout of {value}", "curl https://{value}/v1", "dns: {value}",
    "Our tenant is {value}, owner {name}", "url,env\nhttps://{value},prod",
)  # fmt: skip

TYPES = (
    Type("secret.vendor", FR, EN, any_of(VENDORS), any_of(NO_VENDORS), NEAR_FR, NEAR_EN),
    Type("secret.vendor_unmarked", FR, EN, named_value, bare_named_value, NEAR_FR, NEAR_EN),
    Type("secret.jwt", FR, EN, web_token, no_web_token, NEAR_FR, NEAR_EN),
    Type("secret.private_key", FR, EN, private_key, no_private_key, NEAR_FR, NEAR_EN),
    Type("secret.password", PASSWORD_FR, PASSWORD_EN, password, no_password, NO_PASSWORD_FR, NO_PASSWORD_EN),
    Type("secret.connection_string", CONNECTION_FR, CONNECTION_EN, plain_password, no_secret, NO_CONNECTION,
         NO_CONNECTION_EN),
    Type("net.url_creds", ADDRESS_FR, ADDRESS_EN, plain_password, no_secret, NO_ADDRESS, NO_ADDRESS_EN),
    Type("secret.high_entropy", RANDOM_FR, RANDOM_EN, random_string, made_string, UNSAID, UNSAID_EN),
    Type("secret.account", ACCOUNT_FR, ACCOUNT_EN, any_of(ACCOUNTS), any_of(NO_ACCOUNTS), NEAR_FR, NEAR_EN),
)  # fmt: skip
