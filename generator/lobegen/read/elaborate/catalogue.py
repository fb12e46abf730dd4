"""The clients and functions whose calls have an effect: by package, by method, by name where nothing more is known."""

import re
from functools import lru_cache

from lobegen.model.actions import EffectKind
from lobegen.patterns import compiled

_PACKAGES: dict[EffectKind, str] = {
    "database": """
        @prisma/client drizzle-orm pg postgres mysql2 mysql mongodb mongoose knex kysely typeorm
        sequelize @neondatabase/serverless @supabase/supabase-js @supabase/ssr @planetscale/database
        better-sqlite3 sqlite3 @libsql/client ioredis redis @upstash/redis @vercel/kv
        @vercel/postgres firebase-admin @google-cloud/firestore @aws-sdk/lib-dynamodb
        @electric-sql/pglite @upstash/vector @pinecone-database/pinecone @elastic/elasticsearch
        sqlalchemy sqlmodel asyncpg psycopg psycopg2 aiosqlite aiomysql pymysql pymongo motor
        databases upstash_redis supabase elasticsearch aiopg firebase_admin convex/browser
        algoliasearch meilisearch typesense @qdrant/js-client-rest chromadb weaviate-client @turbopuffer/turbopuffer
        upstash_vector opensearchpy peewee tortoise beanie mongoengine neo4j cassandra pyodbc oracledb mysql.connector
        mariadb clickhouse_connect clickhouse_driver duckdb qdrant_client pinecone weaviate aioredis valkey aiocache
        google.cloud.firestore google.cloud.bigquery google.cloud.datastore snowflake.connector influxdb_client
        pymemcache psycopg_pool sqlalchemy_utils flask_sqlalchemy flask_pymongo edgedb gel surrealdb piccolo ormar
        google.cloud.spanner astrapy lancedb pymilvus redis_om odmantic aiosqlite3 asyncmy tinydb
    """,
    "network": """
        axios got ky ofetch node-fetch undici superagent cross-fetch @octokit/rest octokit requests
        httpx aiohttp urllib3 urllib.request stripe @notionhq/client googleapis @aws-sdk aws-sdk
        boto3 aioboto3 botocore @vercel/blob @google-cloud/storage github minio cloudinary uploadthing/server
        @clerk/backend @polar-sh/sdk @linear/sdk @hubspot/api-client plaid exa-js @tavily/core
        google.cloud.storage azure.storage notion_client tavily firecrawl exa_py apify_client niquests ftplib feedparser
        tweepy praw gspread simple_salesforce hubspot jira atlassian paypalrestsdk razorpay braintree shopify
        gitlab googleapiclient paramiko kubernetes docker
    """,
    "message": """
        resend nodemailer postmark @sendgrid/mail twilio @slack/web-api @slack/webhook mailgun.js
        smtplib aiosmtplib sendgrid slack_sdk web-push expo-server-sdk grammy telegraf node-telegram-bot-api
        discord.js pusher ably @novu/node @novu/api @knocklabs/node loops
        slack_bolt imaplib yagmail telegram aiogram flask_mail fastapi_mail mailjet_rest sib_api_v3_sdk postmarker
        vonage plivo pywebpush onesignal
    """,
    "model": """
        openai @anthropic-ai/sdk ai @google/generative-ai @google/genai replicate groq-sdk
        @mistralai/mistralai cohere-ai together-ai @langchain langchain @fal-ai/client anthropic
        google.generativeai google.genai litellm cohere groq mistralai langchain_openai
        langchain_core langchain_anthropic ollama fal_client together huggingface_hub vertexai instructor voyageai
        elevenlabs langchain_community pydantic_ai deepgram assemblyai
    """,
    "file": """
        fs fs/promises fs-extra os shutil pathlib aiofiles pandas polars
    """,
    "other": """
        subprocess child_process execa
    """,
    "queue": """
        bullmq bull amqplib kafkajs @google-cloud/pubsub celery kombu aio_pika pika inngest rq arq
        confluent_kafka aiokafka kafka dramatiq huey taskiq nats google.cloud.pubsub google.cloud.tasks azure.servicebus
    """,
    "metric": """
        posthog-node @sentry hot-shots prom-client sentry_sdk posthog statsd prometheus_client
        @opentelemetry/api opentelemetry mixpanel @segment/analytics-node dd-trace datadog
    """,
}
#: packages (with what is below them) to what calls of their clients and functions are
PACKAGES: dict[str, EffectKind] = {name: kind for kind, names in _PACKAGES.items() for name in names.split()}

_ENDS = r"(?=$|_|[A-Z0-9])"
#: methods that open, close or build, and do nothing to what is behind the client
_OPENS = compiled(
    rf"^\$?(connect|disconnect|close|aclose|end|quit|release|dispose|acquire|ping|destroy|engine|session|client|connection|cursor){_ENDS}"
    r"|^(get|create|make|open|from|build|new|init)\w*(Client|Connection|Pool|Engine|Session|Transport\w*|Cursor|DB|Db|Env|"
    r"Agent|Provider|_client|_connection|_pool|_engine|_session|_env|_url|_db)$"
    r"|^(?i:(set|clear|with)_?(admin_?)?(auth|access|token|api_?key|header|credential|config|option|logger|debug|timeout))"
    r"\w*$"
)
_READS = compiled(
    rf"^\$?(find|get|select|query|queryRaw|count|aggregate|group|list|fetch|fetchone|fetchall|fetchval|fetchrow|read|"
    rf"search|scan|load|retrieve|describe|head|exists|keys|mget|hget|hgetall|hmget|smembers|sismember|zrange|zscore|"
    rf"lrange|llen|ttl|first|scalar|scalars|stat|lstat|access|options|lookup|distinct|download|iterdir|glob|rglob|"
    rf"scandir|listdir|walk|open|isfile|is_file|is_dir|urlopen|"
    rf"a(get|first|last|count|exists|aggregate|latest|earliest|in_bulk|refresh)){_ENDS}"
)
_WRITES = compiled(
    rf"^\$?(insert|create|update|upsert|delete|remove|replace|save|put|post|patch|send|publish|push|enqueue|add|incr|"
    rf"incrby|increment|decr|decrby|decrement|del|expire|set|setex|setnx|hset|hmset|hdel|hincrby|lpush|rpush|lpop|rpop|"
    rf"sadd|srem|zadd|zrem|xadd|append|write|writelines|commit|flush|merge|bulk|truncate|drop|transaction|batch|execute|"
    rf"executeRaw|executemany|sendmail|charge|refund|cancel|capture|upload|copy|copyfile|copytree|move|rename|mkdir|"
    rf"makedirs|rmdir|rmtree|rm|unlink|touch|trigger|invoke|ainvoke|generate|stream|embed|complete|completion|"
    rf"acompletion|run|schedule|dispatch|produce|delay|apply_async|track|identify|inc|observe|record|emit|"
    rf"a(create|update|save|delete|bulk|get_or_create|update_or_create)){_ENDS}"
)
#: objects that are databases and the like in the code of everybody, where nothing else is known of them
_ROOTS: tuple[tuple[re.Pattern[str], EffectKind], ...] = (
    (compiled(r"^_?(prisma|db|database|drizzle|knex|tx|trx|supabase|redis|kv|serverdb)$", re.I), "database"),
    (compiled(r"^_?(resend|mailer|transporter|sendgrid|twilio|slack)$", re.I), "message"),
    (compiled(r"^_?(openai|anthropic|groq|replicate)$", re.I), "model"),
    (compiled(r"^_?(stripe|octokit|s3)$", re.I), "network"),
    (compiled(r"^(sentry|posthog|statsd|metrics|analytics|telemetry)$", re.I), "metric"),
)  # fmt: skip
#: methods that only databases have
_TELLING = compiled(
    r"^(findUnique(OrThrow)?|findFirst(OrThrow)?|findMany|createMany|updateMany|deleteMany|findOne|insertOne|insertMany|"
    r"updateOne|deleteOne|findOneAnd(Update|Delete|Replace)|findById(And(Update|Delete|Remove))?|bulkWrite|replaceOne|find_one|insert_one|insert_many|update_one|update_many|"
    r"delete_one|delete_many|apply_async|asave|adelete|arefresh_from_db|\$executeRaw|\$queryRaw)$"
)
#: calls that every client of a model has, whatever made it
_ASKING = compiled(
    r"\.(chat\.completions\.(create|parse|stream)|embeddings\.create|images\.generate|"
    r"audio\.(transcriptions|translations|speech)\.create|generateContent(Stream)?|generate_content(_async)?)$"
)
_SQL = compiled(r"\s*(--[^\n]*\n\s*)*(?P<verb>[a-z]+)", re.IGNORECASE)
_READING_SQL = {"select", "with", "show", "explain", "values", "pragma"}
_AWS_READ = compiled(r"^(Get|List|Head|Describe|Query|Scan|BatchGet)\w*Command$")
#: gives the thread's session back
_GIVES_BACK = compiled(r"(^|[._])session(\(\))?\.remove$", re.IGNORECASE)
_SESSION = compiled(r"^_?(db_?|async_?)?session$", re.IGNORECASE)
#: what gives a client, or names a part of what is behind it
_FACTORY = compiled(
    r"^(drizzle|neon|postgres|knex|default|model|client|resource|(async_)?sessionmaker|scoped_session|from_url|fromEnv|"
    r"from_env|getFirestore|firestore|db|collection|table|Table|Bucket|Object|bucket|blob|getRepository|channel|from|schema|"
    r"Session|connect|doc|ref|)$"
)
_MODEL = compiled(r"^(generate|stream|embed|transcribe|completion|acompletion|aembedding|rerank|run|chat)(?=$|_|[A-Z])")
_OF_SESSION = {"add", "add_all", "commit", "flush", "delete", "merge", "execute", "scalar", "scalars", "refresh"}
#: methods of SQLAlchemy's AsyncSession that are ordinary functions
_AT_ONCE = {"add", "add_all", "expire", "expire_all", "expunge", "expunge_all", "begin", "begin_nested"}
#: functions of packages that do something without a client: the package's name is not enough for these kinds
_FUNCTIONS = {"network", "model", "file", "message", "metric", "queue", "other"}


@lru_cache(maxsize=1024)
def package_kind(specifier: str) -> EffectKind | None:
    """What calls into a package are, by its name or the nearest name above it."""
    name = specifier.removeprefix("node:")
    separator = "/" if "/" in name or name.startswith("@") else "."
    while name:
        if name in PACKAGES:
            return PACKAGES[name]
        if separator not in name:
            return None
        name = name.rsplit(separator, 1)[0]
    return None


def opens(method: str) -> bool:
    """Whether a method opens or closes a client, or builds something for it."""
    return bool(_OPENS.match(method))


def gives_client(path: str) -> bool:
    """Whether calling this gives a client of its package, or a part of what is behind one."""
    last = path.removesuffix("()").rsplit(".", 1)[-1] if not path.endswith("()") else ""
    return bool(_FACTORY.match(last)) or opens(last)


def asks_model(function: str) -> bool:
    """Whether a function of a model's package asks the model."""
    return bool(_MODEL.match(function))


def has_functions(kind: EffectKind) -> bool:
    """Whether bare functions of such a package do something, not only methods of its clients."""
    return kind in _FUNCTIONS


def gives_back(path: str) -> bool:
    """Whether a call gives a session back: `db.session.remove`, `remove` of a `scoped_session`."""
    return bool(_GIVES_BACK.search(path))


def answers_at_once(specifier: str, path: str) -> bool:
    """Whether a method of an async client is none that is awaited: `AsyncSession.add`, commands put into a pipeline."""
    method = path.rsplit(".", 1)[-1]
    if specifier.split(".")[0] in ("sqlalchemy", "sqlmodel"):
        return method in _AT_ONCE
    return ".pipeline()." in path and method != "execute"


def does(methods: list[str]) -> bool | None:
    """Whether a chain of methods only reads (True) or writes (False); None when it does neither that is known."""
    if any(_WRITES.match(method) and not _OPENS.match(method) for method in methods):
        return False
    if any(_READS.match(method) and not _OPENS.match(method) for method in methods):
        return True
    return None


def statement(text: str) -> bool | None:
    """Whether a text is SQL that only reads (True) or writes (False); None when it is no SQL."""
    match = _SQL.match(text)
    verb = match["verb"].lower() if match else ""
    if verb in _READING_SQL:
        return True
    writes = {"insert", "update", "delete", "create", "drop", "alter", "truncate", "replace", "merge", "grant", "copy"}
    return False if verb in writes else None


def reads_by_command(name: str) -> bool:
    """Whether a command object of AWS only reads: `GetObjectCommand`."""
    return bool(_AWS_READ.match(name))


def gets_row(parts: tuple[str, ...]) -> bool:
    """Whether a call may read a row by its key: `session.get`, whose session is not known."""
    return len(parts) > 1 and parts[-1] in ("get", "get_one") and bool(_SESSION.match(parts[-2]))


@lru_cache(maxsize=4096)
def kind_by_name(parts: tuple[str, ...], language: str) -> EffectKind | None:
    """What a call is whose object is not known: `db.insert`, `this.prisma.user.update`, `session.commit`."""
    *objects, method = parts
    for name in objects:
        for pattern, kind in _ROOTS:
            if pattern.match(name):
                return kind
    if {"collection", "doc"}.issubset(objects):
        return "database"  # Firestore
    if objects and language == "python" and _SESSION.match(objects[-1]) and method in _OF_SESSION:
        return "database"
    if len(objects) > 1 and language == "python" and objects[1] == "query" and objects[0][:1].isupper():
        return "database"  # `User.query.filter_by(...)` of Flask-SQLAlchemy
    if objects and language == "python" and method == "delay":
        return "queue"  # of a task of Celery
    if objects and (_TELLING.match(method) or (language == "python" and "objects" in objects[1:])):
        return "queue" if method == "apply_async" else "database"
    return None


def asks_by_path(parts: tuple[str, ...]) -> bool:
    """Whether a call asks a model by what only clients of models have: `ai.chat.completions.create`."""
    return _ASKING.search(".".join(parts)) is not None
