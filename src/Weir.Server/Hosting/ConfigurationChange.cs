using Weir.Server.Configuration;

namespace Weir.Server.Hosting;

/// <summary>In which values two configurations differ.</summary>
internal static class ConfigurationChange
{
    public static IReadOnlyList<ConfigurationKey> Between(WeirOptions before, WeirOptions after) =>
        [.. ConfigurationSchema.Keys.Where(key => !IsSame(key.Read(before), key.Read(after)))];

    private static bool IsSame(IReadOnlyList<string>? left, IReadOnlyList<string>? right) =>
        left is null || right is null ? left is null && right is null : left.SequenceEqual(right, StringComparer.Ordinal);
}
