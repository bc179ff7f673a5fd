# 同样的两条命令，装在一个容器里：
#   docker build -t policy-qa .            docker run --rm -p 127.0.0.1:7860:7860 policy-qa        （make app）
#   docker build -t policy-qa-test --target test .                                                （make test）
# 装依赖时认 pip 的代理和源：--build-arg PIP_INDEX_URL=…。运行时不联网。
FROM python:3.11-slim AS base
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home policy && install -d -o policy /policy
WORKDIR /policy
USER policy
COPY --chown=policy . .

FROM base AS test
RUN make test

FROM base AS app
# 先装好，启动时不再下载
RUN make .venv/.app .venv/.yasgui
ENV HOST=0.0.0.0 PORT=7860
EXPOSE 7860
CMD ["make", "app"]
