import plotly.express as px
import plotly.graph_objects as go
import plotly.io

figure = px.scatter(x=[1, 2], y=[3, 4], title="t")
figure.add_trace(go.Bar(x=[1], y=[2]))
assert len(plotly.io.from_json(figure.to_json()).data) == 2
assert "plotly" in figure.to_html(include_plotlyjs=False)
