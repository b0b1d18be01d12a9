import pandas as pd

frame = pd.DataFrame({"a": pd.Categorical(["x", "y", "x"]), "b": pd.array([1, None, 3], dtype="Int64")})
frame.to_pickle("/workspace/frame.pkl")
pd.testing.assert_frame_equal(pd.read_pickle("/workspace/frame.pkl"), frame)
