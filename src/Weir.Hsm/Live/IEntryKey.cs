using System.Runtime.CompilerServices;

namespace Weir.Hsm.Live;

/// <summary>By what an index finds entries: a number of 64 bits and one more bit.</summary>
internal interface IEntryKey
{
    static abstract ulong Key(in ActionEntry entry);

    static abstract bool Bit(in ActionEntry entry);
}

/// <summary>The action's identity where it has a cookie. A CANCEL has its victim's.</summary>
internal readonly struct ByCookie : IEntryKey
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Key(in ActionEntry entry) => entry.Cookie;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Bit(in ActionEntry entry) => entry.IsCancel;
}

/// <summary>Where the action's record stands in the llog.</summary>
internal readonly struct ByPlace : IEntryKey
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Key(in ActionEntry entry) => entry.Place;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Bit(in ActionEntry entry) => false;
}
