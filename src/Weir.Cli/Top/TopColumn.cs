using Weir.Cli.Screens;
using Weir.Hsm.Top;

namespace Weir.Cli.Top;

/// <summary>One column of the table.</summary>
internal sealed class TopColumn
{
    public required string Title { get; init; }

    public required int Width { get; set; }

    /// <summary>Numbers stand at the right edge.</summary>
    public bool IsRight { get; init; }

    /// <summary>Where there is no room for all, the highest go first; those of rank 0 stay.</summary>
    public int Rank { get; init; }

    /// <summary>Takes what room is left, up to so much.</summary>
    public int MaxWidth { get; init; }

    /// <summary>What stands in a row, given the column's width.</summary>
    public required Func<TopRow, int, string> Text { get; init; }

    public Func<TopRow, Style> Style { get; init; } = static _ => Screens.Style.Plain;
}
