# make app   建立 .venv、安装、打开网页      make test  建立 .venv、安装、跑全部检查
# make train 重新训练编码模型               两条主命令都可重复执行；PIP_* 环境变量照常生效。
# make bench 十分钟内量一遍                 make proof 一小时内的长测（对照、乱输入、百万人）  make audit 查依赖的已知漏洞
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 7860
# 测试分给几个进程；一个文件里的测试总在同一个进程里
WORKERS ?= 3

YASGUI := 4.6.2

.PHONY: app test check train bench proof audit clean
.DELETE_ON_ERROR:

app: $(VENV)/.app $(VENV)/.yasgui
	@$(BIN)/python app.py --host $(HOST) --port $(PORT)

test: $(VENV)/.test $(VENV)/.yasgui
	@echo "== 格式与类型检查"
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@echo "== 测试"
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

train: $(VENV)/.app
	@$(BIN)/python tools/train.py

bench: $(VENV)/.test
	@$(BIN)/python bench/all.py --share bench
	@$(BIN)/python bench/plot.py

proof: $(VENV)/.test
	@$(BIN)/python bench/all.py --share proof
	@$(BIN)/python bench/plot.py

audit: $(VENV)/.app
	@$(BIN)/python tools/audit.py

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "需要 Python 3.11 或更新的版本（现为 $$($(PYTHON) --version 2>&1)）。请安装后执行：make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@echo "== 建立 $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { echo "建不了虚拟环境：请先安装 python3-venv。"; exit 1; }

$(VENV)/.app: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "== 安装（第一次要下载，几分钟）"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e . || { echo "安装失败：请检查网络和 PIP_* 设置后重试。"; exit 1; }
	@touch $@

# Yasgui 编辑器：有 npm 才装；没有它，页面照样能用。
$(VENV)/.yasgui: $(VENV)/.app Makefile
	@if command -v npm >/dev/null; then \
	  mkdir -p $(VENV)/share/yasgui && cd $(VENV)/share/yasgui && \
	  npm pack --silent @zazuko/yasgui@$(YASGUI) >/dev/null 2>&1 && tar -xzf zazuko-yasgui-$(YASGUI).tgz && rm -f zazuko-yasgui-$(YASGUI).tgz \
	  || echo "Yasgui 没有装上（npm 连不上？），/yasgui 会说明；别的不受影响。"; \
	else echo "没有 npm，不装 Yasgui；/yasgui 会说明，别的不受影响。"; fi
	@touch $@

$(VENV)/.test: $(VENV)/.app
	@echo "== 安装测试工具"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]' || { echo "安装失败：请检查网络和 PIP_* 设置后重试。"; exit 1; }
	@touch $@

clean:
	rm -rf $(VENV)
