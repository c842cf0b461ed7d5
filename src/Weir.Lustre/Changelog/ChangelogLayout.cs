namespace Weir.Lustre.Changelog;

/// <summary>Where the members of a <c>struct changelog_rec</c> lie: little-endian, packed, extensions in this order (lustre_user.h).</summary>
internal static class ChangelogLayout
{
    public const int HeaderBytes = 64;
    public const int FlagsAt = 2;
    public const int TypeAt = 4;
    public const int IndexAt = 8;
    public const int PreviousAt = 16;
    public const int TimeAt = 24;
    public const int TargetAt = 32;
    public const int ParentAt = 48;

    public const int RenameBytes = 32;
    public const int JobIdBytes = 32;
    public const int ExtraFlagsBytes = 8;
    public const int UidGidBytes = 16;
    public const int NidBytes = 24;
    public const int OpenBytes = 4;
    public const int XattrBytes = 256;

    public const int FormatMask = 0xf000;

    /// <summary>Bytes of rename and job id by the two format bits from <see cref="ChangelogFormat.Rename"/> up.</summary>
    public static ReadOnlySpan<byte> EarlyBytes => [0, RenameBytes, JobIdBytes, RenameBytes + JobIdBytes];

    /// <summary>Bytes of the extensions that the low four extra flags announce.</summary>
    public static int ExtraBytes(ChangelogExtra extra)
    {
        int bits = (int)extra;
        return ((bits & 1) * UidGidBytes) + (((bits >> 1) & 1) * NidBytes) + (((bits >> 2) & 1) * OpenBytes) + (((bits >> 3) & 1) * XattrBytes);
    }
}
