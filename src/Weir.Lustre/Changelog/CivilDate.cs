namespace Weir.Lustre.Changelog;

/// <summary>Days since 1970-01-01 and the Gregorian calendar, without the cost of <see cref="DateTime"/>.</summary>
public static class CivilDate
{
    private const uint DaysFromMarch0000To1970 = 719_468;
    private const uint DaysPer400Years = 146_097;

    /// <summary>Counts years from March, so that the leap day is a year's last.</summary>
    public static (uint Year, uint Month, uint Day) FromDays(uint daysSince1970)
    {
        uint days = daysSince1970 + DaysFromMarch0000To1970;
        uint era = days / DaysPer400Years, dayOfEra = days % DaysPer400Years;
        uint yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        uint dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        uint monthFromMarch = (5 * dayOfYear + 2) / 153;
        uint day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1;
        uint month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        return (yearOfEra + era * 400 + (month <= 2 ? 1u : 0), month, day);
    }

    /// <summary>False for a date that is not in the calendar or before 1970.</summary>
    public static bool TryToDays(uint year, uint month, uint day, out uint daysSince1970)
    {
        daysSince1970 = 0;
        if (year is < 1970 or > 9999 || month is < 1 or > 12 || day < 1 || day > (uint)DateTime.DaysInMonth((int)year, (int)month)) return false;
        daysSince1970 = (uint)(new DateTime((int)year, (int)month, (int)day, 0, 0, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).Days;
        return true;
    }
}
