namespace Weft.Tests;
public class TinyTests { [Fact] public void Arithmetic_works() => Assert.Equal(2, 1 + 1); }
