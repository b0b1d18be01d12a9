import datetime
import time
import zoneinfo

import pandas as pd

summer = datetime.datetime(2024, 7, 1, 12, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
assert summer.utcoffset() == datetime.timedelta(hours=2)
assert len(zoneinfo.available_timezones()) > 400
stamps = pd.date_range("2024-03-30", periods=3, tz="America/New_York").tz_convert("Asia/Tokyo")
assert str(stamps.tz) == "Asia/Tokyo"
assert abs(time.time() - datetime.datetime.now(datetime.UTC).timestamp()) < 5
