"""Texts to read aloud: about half a minute each, every sound of the language in ordinary sentences."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Script:
    title: str | Promise  # of the choice, in the language of the page
    language: str  # of the text, as in HTML
    text: str


SCRIPTS = (
    Script(
        _("A quiet morning"),
        "en",
        "Good morning. The kettle is on, the window is open, and for once nobody is in a hurry. I like this "
        "hour best, when the street is quiet and you can hear the birds argue about breakfast. Today I want "
        "to bake bread, answer three letters and take the long way home. If it rains, so much the better: I "
        "have a good coat, a warm kitchen, and time.",
    ),
    Script(
        _("My grandfather's radio"),
        "en",
        "When I was nine, my grandfather showed me how to fix a radio. First you listen, he said, then you "
        "touch. We sat at the big table with a lamp, two screwdrivers and a box of tiny parts. It took all "
        "afternoon. And then, quite suddenly, a voice from far away filled the room, clear as a bell, and we "
        "both laughed. I still have that radio. Do you want to hear it?",
    ),
    Script(
        _("The way to the lighthouse"),
        "en",
        "Here is how to find the old lighthouse. Follow the path behind the church until you reach the sea, "
        "then turn left and keep the water on your right. After twenty minutes you pass a blue boat that "
        "nobody uses. Can you see the white tower? That is it. Knock twice and wait. If the keeper is in a "
        "good mood, she will show you the view, and it is worth every step.",
    ),
    Script(
        _("The market (in Spanish)"),
        "es",
        "Los sábados voy temprano al mercado, antes de que llegue la gente. Compro pan, queso, cuatro "
        "naranjas y un ramo de flores amarillas. El señor del puesto de la esquina siempre me pregunta lo "
        "mismo: ¿qué tal la semana? Yo le cuento algo gracioso, él se ríe y me regala un limón. Después "
        "vuelvo a casa por el río, despacio, con la bolsa llena y las manos frías.",
    ),
    Script(
        _("A train in the rain (in Spanish)"),
        "es",
        "Aquel tren salió con media hora de retraso y, sin embargo, nadie se quejó. Llovía mucho y dentro "
        "hacía calor. Una niña dibujaba en el cristal; su hermano jugaba con un perro pequeño que no dejaba "
        "de mirarme. ¿Adónde vas?, me preguntó la madre. Le dije que a ver a un viejo amigo, que vive junto "
        "al mar y hace el mejor café de toda la costa.",
    ),
)
