"""大同中关村政策知识图谱：ask（问答）、check（校验）、sparql（端点）三翼，见 README 的地图。"""

__version__ = "0.1.0"
