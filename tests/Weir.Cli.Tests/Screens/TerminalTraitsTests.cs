using Weir.Cli.Screens;
using Weir.Cli.Terminals;

namespace Weir.Cli.Tests.Screens;

public sealed class TerminalTraitsTests
{
    [Fact]
    public void A_screen_needs_a_terminal_that_can_move_its_cursor()
    {
        Assert.True(Of(true, ("TERM", "xterm")).CanMoveCursor);
        Assert.False(Of(false, ("TERM", "xterm")).CanMoveCursor);
        Assert.False(Of(true, ("TERM", "dumb")).CanMoveCursor);
        Assert.False(Of(true).CanMoveCursor);
    }

    [Fact]
    public void Colour_is_for_terminals_whose_user_did_not_refuse_it()
    {
        Assert.True(Of(true, ("TERM", "xterm")).HasColor);
        Assert.False(Of(true, ("TERM", "xterm"), ("NO_COLOR", "1")).HasColor);
        Assert.False(Of(false, ("TERM", "xterm")).HasColor);
    }

    [Fact]
    public void The_locale_says_whether_there_is_more_than_ascii()
    {
        Assert.True(Of(true, ("LANG", "de_DE.UTF-8")).IsUnicode);
        Assert.True(Of(true, ("LANG", "C.utf8")).IsUnicode);
        Assert.False(Of(true, ("LANG", "C")).IsUnicode);
        Assert.False(Of(true).IsUnicode);
        Assert.False(Of(true, ("LC_ALL", "C"), ("LANG", "C.UTF-8")).IsUnicode);
        Assert.True(Of(true, ("LC_CTYPE", "C.UTF-8"), ("LANG", "C")).IsUnicode);
    }

    private static TerminalTraits Of(bool isTerminal, params (string Name, string Value)[] variables) => TerminalTraits.Of(
        new Terminal(() => Stream.Null, Stream.Null, Stream.Null, variables.ToDictionary(variable => variable.Name, variable => variable.Value))
        {
            IsOutTerminal = isTerminal,
        });
}
