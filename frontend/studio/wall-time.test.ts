import { expect, test } from "vitest";
import { momentsOf, offsetName, wallTime } from "./wall-time";

const utc = (wall: string, zone: string) =>
  momentsOf(wall, zone).map((moment) => moment.toISOString().slice(0, 16));

test("a time that the clocks skip is no moment", () => {
  expect(utc("2027-03-28T01:30", "Europe/London")).toEqual([]);
  expect(utc("2027-04-30T00:30", "Africa/Cairo")).toEqual([]);
  expect(utc("2027-10-03T02:15", "Australia/Lord_Howe")).toEqual([]);
});

test("a time that comes twice is two moments", () => {
  expect(utc("2027-10-31T01:30", "Europe/London")).toEqual([
    "2027-10-31T00:30",
    "2027-10-31T01:30",
  ]);
  expect(utc("2027-04-04T01:45", "Australia/Lord_Howe")).toHaveLength(2);
});

test("the minutes around a change are one moment each", () => {
  expect(utc("2027-03-28T00:59", "Europe/London")).toEqual(["2027-03-28T00:59"]);
  expect(utc("2027-03-28T02:00", "Europe/London")).toEqual(["2027-03-28T01:00"]);
  expect(utc("2027-10-31T00:59", "Europe/London")).toEqual(["2027-10-30T23:59"]);
  expect(utc("2027-10-31T02:00", "Europe/London")).toEqual(["2027-10-31T02:00"]);
});

test.each(["Asia/Kathmandu", "Pacific/Apia", "America/St_Johns", "UTC", "Asia/Dubai"])(
  "a moment in %s goes to the wall and back",
  (zone) => {
    const moment = new Date("2027-07-01T17:45:00Z");

    expect(momentsOf(wallTime(moment, zone), zone)).toEqual([moment]);
  },
);

test("text that is no time is no moment", () => {
  expect(["", "soon", "2027-13-01T00:00"].map((wall) => momentsOf(wall, "UTC"))).toEqual([
    [],
    [],
    [],
  ]);
});

test("the two moments of one wall time have names of their own", () => {
  const [first, second] = momentsOf("2027-10-31T01:30", "Europe/London");

  expect([offsetName(first!, "Europe/London"), offsetName(second!, "Europe/London")]).toEqual([
    "GMT+1",
    "GMT+0",
  ]);
});
