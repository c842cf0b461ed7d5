using Weir.Cli.Screens;
using Weir.Cli.Terminals;
using Weir.Hsm.Top;

namespace Weir.Cli.Top;

/// <summary>top on the terminal that standard output is.</summary>
internal static class TopScreen
{
    /// <summary>Whether there is one to draw on.</summary>
    public static bool CanDraw(Terminal terminal) => TerminalTraits.Of(terminal).CanMoveCursor;

    /// <summary>Shows frames until <c>q</c>; false, at once, when the terminal cannot be taken over.</summary>
    /// <exception cref="OperationCanceledException">It was interrupted. The terminal is as it was found.</exception>
    /// <exception cref="Weir.Feed.FeedException">The feed cannot be replayed.</exception>
    public static async Task<bool> TryRunAsync(
        Terminal terminal, TopQuery query, TimeSpan interval, string address, TopFeed feed, TopModel model, TimeProvider time, CancellationToken cancellationToken, Func<string?>? status = null)
    {
        TerminalTraits traits = TerminalTraits.Of(terminal);
        using var input = new TopInput();
        using FullScreen? screen = traits.CanMoveCursor ? FullScreen.TryTake(traits.HasColor, input.Add, input.Signal) : null;
        if (screen is null) return false;
        var session = new TopSession(screen, input, feed, model, new TopView(query, interval), new TopPainter(address, status), new CellGrid(traits.IsUnicode), time);
        await session.RunAsync(cancellationToken);
        return true;
    }
}
